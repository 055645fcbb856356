/** Stop 6, inside a turn. What a model wrote → what the API takes back of it, whatever it is. Pure. */
import type {
  ContentBlock,
  ContentBlockParam,
  MessageParam,
  TextCitationParam,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';

export interface Step {
  /** What goes back; may be empty. */
  content: ContentBlockParam[];
  /** The tools it calls: the id as it goes back, name and input as the model wrote them. */
  calls: ToolUseBlock[];
}

/** The API refuses other ids and names: "String should match pattern". */
const ID = /^[a-zA-Z0-9_-]+$/;
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

/** `before` are the messages it answers: no id of theirs may come again. */
export function sanitise(content: readonly ContentBlock[], before: readonly MessageParam[]): Step {
  const taken = new Set(before.flatMap((message) => idsIn(message.content)));
  const keepsThoughts = content.every(isSoundThought);
  const calls: ToolUseBlock[] = [];
  const back = content.flatMap((block): ContentBlockParam[] => {
    switch (block?.type) {
      case 'text':
        return isBlank(block.text) ? [] : [withoutHalves({ type: 'text', text: block.text, ...citedIn(block) })];
      case 'thinking':
      case 'redacted_thinking':
        return keepsThoughts ? [block] : [];
      case 'tool_use': {
        const id = freeId(block.id, taken);
        calls.push({ ...block, id });
        return [withoutHalves({ ...block, id, name: nameOf(block.name), input: inputOf(block.input) })];
      }
      default:
        // What the API's own tools did; nothing else that we do not know goes back.
        return /^server_tool_use$|_tool_result$/.test(block?.type ?? '') ? [block as ContentBlockParam] : [];
    }
  });
  return { content: back, calls };
}

/** Whether it ends in something that the API itself goes on with. */
export function isPaused({ content }: Step): boolean {
  return /^server_tool_use$|_tool_result$/.test(content.at(-1)?.type ?? '');
}

/** All thoughts or none go back, and only signed ones are taken. */
export function withoutThoughts(messages: readonly MessageParam[]): MessageParam[] {
  return messages.flatMap((message): MessageParam[] => {
    if (message.role !== 'assistant' || typeof message.content === 'string') return [message];
    const content = message.content.filter(({ type }) => type !== 'thinking' && type !== 'redacted_thinking');
    return content.length > 0 ? [{ ...message, content }] : [];
  });
}

function isSoundThought(block: ContentBlock): boolean {
  if (block?.type === 'thinking') return typeof block.thinking === 'string' && Boolean(block.signature);
  return block?.type !== 'redacted_thinking' || Boolean(block.data);
}

/** What the text is from, as far as it is our own passages; the API takes no other field back than these. */
function citedIn({ citations }: { citations?: unknown }): { citations?: TextCitationParam[] } {
  if (!Array.isArray(citations)) return {};
  const kept = citations.flatMap((citation): TextCitationParam[] => {
    if (citation?.type !== 'search_result_location') return [];
    const { type, cited_text, source, title, search_result_index, start_block_index, end_block_index } = citation;
    return [{ type, cited_text, source, title, search_result_index, start_block_index, end_block_index }];
  });
  return kept.length > 0 ? { citations: kept } : {};
}

function isBlank(text: unknown): boolean {
  return typeof text !== 'string' || text.trim() === '';
}

/** The id itself, or one made of it that nobody has. */
function freeId(id: unknown, taken: Set<string>): string {
  const wanted = typeof id === 'string' && ID.test(id) ? id : 'toolu_unnamed';
  let free = wanted;
  for (let n = 2; taken.has(free); n++) free = `${wanted}_${n}`;
  taken.add(free);
  return free;
}

function nameOf(name: unknown): string {
  const text = typeof name === 'string' ? name : '';
  if (NAME.test(text)) return text;
  return text.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 128) || 'unnamed';
}

function inputOf(input: unknown): object {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {};
}

/** Half a character, which a model may write as an escape in its JSON, is refused as invalid text. */
function withoutHalves<T extends object>(block: T): T {
  return JSON.parse(JSON.stringify(block), (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}

function idsIn(content: MessageParam['content']): string[] {
  return typeof content === 'string' ? [] : content.flatMap((block) => (block.type === 'tool_use' ? block.id : []));
}
