/** Offline Claude: reading the conversation it was sent. */
import type { Block, FileBlock, Message, MessagesRequest, ToolResultBlock } from './shape.ts';

/** What is known of the conversation when it is the model's turn. */
export interface Conversation {
  /** What the user says now, one entry per text block; notes are left out. */
  said: string[];
  /** What the user said before, in order. */
  before: string[];
  /** Everything but the model's own words, oldest first: instructions, earlier and present texts. */
  told: string[];
  files: FileBlock[];
  /** Results that came in with the present turn, each with the name of its tool. */
  results: { tool: string; isError: boolean; text: string }[];
  /** Messages of either side before the present turn. */
  earlier: number;
  instructions: string;
}

/** Reads a request; the present turn is the user's last one, however many messages it has. */
export function readConversation(request: MessagesRequest): Conversation {
  const { messages } = request;
  // An answer that is to be continued stands behind the turn it belongs to.
  const end = messages.findLastIndex(({ role }) => role === 'user');
  const start = messages.slice(0, end).findLastIndex(({ role }) => role === 'assistant') + 1;
  const turn = messages.slice(start).filter(({ role }) => role === 'user');
  const earlier = messages.slice(0, start);
  const instructions = [
    ...(request.system ?? []),
    ...messages.flatMap(({ role, content }) => (role === 'system' ? [...content] : [])),
  ];
  const system = textsOf(request.system ?? []);
  return {
    said: textsOf(turn.flatMap(blocksOf)).filter((text) => !isNote(text)),
    before: textsOf(earlier.filter(({ role }) => role === 'user').flatMap(blocksOf)).filter((text) => !isNote(text)),
    told: [...system, ...textsOf(messages.filter(({ role }) => role !== 'assistant').flatMap(blocksOf))],
    files: turn.flatMap(blocksOf).flatMap((block) => (isFile(block) ? [block] : [])),
    results: turn
      .flatMap(blocksOf)
      .flatMap((block) => (block.type === 'tool_result' ? [resultOf(block, messages)] : [])),
    earlier: earlier.filter(({ role }) => role !== 'system').length,
    instructions: textsOf(instructions).join('\n'),
  };
}

/** The latest text a user typed, also when tools have answered since; empty when there is none. */
export function lastUserText(messages: readonly Message[]): string {
  const texts = messages.filter(({ role }) => role === 'user').map((message) => textsOf(blocksOf(message)).join('\n'));
  return texts.findLast((text) => text !== '') ?? '';
}

/** Name, size and type of a file, as the model might mention it. */
export function describeFile(block: FileBlock): string {
  const kind = block.type === 'image' ? 'a picture' : 'a document';
  const { source } = block;
  if (source.type === 'url') return `${kind} (${source.url})`;
  if (source.type === 'file') return `${kind} (${source.file_id})`;
  if (source.type === 'content') return `${kind} (${source.content.length} blocks)`;
  const bytes = Buffer.byteLength(source.data, source.type === 'base64' ? 'base64' : 'utf8');
  return `${kind} (${source.media_type}, ${bytes} bytes)`;
}

function blocksOf({ content }: Message): readonly Block[] {
  return content;
}

function textsOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => (block.type === 'text' ? [block.text] : []));
}

function isFile(block: Block): block is FileBlock {
  return block.type === 'image' || block.type === 'document';
}

/** Between tags; data in tags behind a line that says what it is; what a message answers to; what was said before the bot came. */
const notes = [
  /^\s*<([a-z_-]+)[^>]*>[\s\S]*<\/\1>\s*$/i,
  /^[^\n]+\n<(data)>\n[^\n]*\n<\/\1>$/,
  /^\[in reply to what [a-z ]+ said: "[^\n]*"\]$/,
  /^\[said here before you came, [^\n]*:(\n\{[^\n]*\})+\]$/,
];

function isNote(text: string): boolean {
  return notes.some((note) => note.test(text));
}

function resultOf(block: ToolResultBlock, messages: readonly Message[]) {
  const calls = messages.flatMap(blocksOf);
  const call = calls.find((candidate) => candidate.type === 'tool_use' && candidate.id === block.tool_use_id);
  return {
    tool: call?.type === 'tool_use' ? call.name : 'unknown',
    isError: block.is_error === true,
    text: textsOf(block.content ?? []).join('\n'),
  };
}
