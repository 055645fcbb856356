/** Stop 6, right before the call. Whatever the history holds, what leaves here is an array that the API accepts. Pure. */
import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';

/**
 * Blank blocks and orphans of tool pairs are dropped, neighbours of one role merged; it begins and ends with the user.
 * A running tool loop (its thinking blocks too) passes through unchanged.
 */
export function normalise(messages: readonly MessageParam[]): MessageParam[] {
  let kept = messages.flatMap(({ role, content }) =>
    role === 'system' ? [] : [withoutBlanks({ role, content: blocksOf(content) })],
  );
  // What one step drops can leave something to drop for the next: a cut beginning orphans a tool's result.
  for (let size = Number.POSITIVE_INFINITY; blockCount(kept) < size; ) {
    size = blockCount(kept);
    kept = withoutOrphans(fromUserToUser(merged(kept)));
  }
  const whole = fromUserToUser(merged(kept));
  return whole.length > 0
    ? whole.map(resultsFirst)
    : [{ role: 'user', content: [{ type: 'text', text: '[empty message]' }] }];
}

/** The newer half, from a message on that a user really wrote: a tool's result is no place to cut. */
export function halve(messages: readonly MessageParam[]): MessageParam[] {
  const isStart = ({ role, content }: MessageParam) =>
    role === 'user' && blocksOf(content).every(({ type }) => type !== 'tool_result');
  const starts = messages.flatMap((message, i) => (isStart(message) ? [i] : []));
  const middle = starts.find((i) => i >= messages.length / 2) ?? starts.at(-1) ?? 0;
  return messages.slice(middle);
}

type Spoken = { role: 'user' | 'assistant'; content: ContentBlockParam[] };

function blocksOf(content: MessageParam['content']): ContentBlockParam[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** The API refuses blank text anywhere, and a model's own answer may be blank. */
function withoutBlanks({ role, content }: Spoken): Spoken {
  return { role, content: content.filter((block) => block.type !== 'text' || block.text.trim() !== '') };
}

function merged(messages: readonly Spoken[]): Spoken[] {
  const result: Spoken[] = [];
  for (const { role, content } of messages) {
    if (content.length === 0) continue;
    const last = result.at(-1);
    if (last?.role === role) last.content.push(...content);
    else result.push({ role, content: [...content] });
  }
  return result;
}

function fromUserToUser(messages: readonly Spoken[]): Spoken[] {
  const first = messages.findIndex(({ role }) => role === 'user');
  return first === -1 ? [] : messages.slice(first, messages.findLastIndex(({ role }) => role === 'user') + 1);
}

function blockCount(messages: readonly Spoken[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}

/** Each `tool_use` needs its result in the very next message, each result its `tool_use` in the one before; and no id serves twice. */
function withoutOrphans(messages: readonly Spoken[]): Spoken[] {
  const seen = new Set<string>();
  const pairs = messages.map((message, i) => {
    const ids = message.role === 'assistant' ? pairIds(message, messages[i + 1]).difference(seen) : new Set<string>();
    for (const id of ids) seen.add(id);
    return ids;
  });
  return messages.map(({ role, content }, i) => {
    const open = new Set(role === 'assistant' ? pairs[i] : pairs[i - 1]);
    const ofPair = (id: string) => open.delete(id);
    return {
      role,
      content: content.filter((block) => {
        if (block.type === 'tool_use') return role === 'assistant' && ofPair(block.id);
        if (block.type === 'tool_result') return role === 'user' && ofPair(block.tool_use_id);
        return true;
      }),
    };
  });
}

function pairIds(asking: Spoken, answering: Spoken | undefined): Set<string> {
  const results = new Set(
    answering?.content.flatMap((block) => (block.type === 'tool_result' ? block.tool_use_id : [])),
  );
  return new Set(
    asking.content.flatMap((block) => (block.type === 'tool_use' && results.has(block.id) ? block.id : [])),
  );
}

function resultsFirst({ role, content }: Spoken): MessageParam {
  if (role !== 'user') return { role, content };
  const isResult = ({ type }: ContentBlockParam) => type === 'tool_result';
  return { role, content: [...content.filter(isResult), ...content.filter((block) => !isResult(block))] };
}
