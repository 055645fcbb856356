/** Stop 6. A request that was not taken → the one to try instead, if there is one. Pure. */
import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Failure, Place } from './failure.ts';
import { halve, normalise } from './normalise.ts';
import { withoutThoughts } from './sanitise.ts';

/** A file as Claude is shown it: by what it is known, and what is said in its place where Claude does not take it. */
export interface ShownFile {
  key: string;
  block: ContentBlockParam;
  note: string;
}

export interface Mended {
  messages: MessageParam[];
  /** The keys of files that are left out now. */
  leftOut: readonly string[];
}

/** The newer half, once; then, or if that is no less, the same without files. */
export function shortened(
  messages: readonly MessageParam[],
  files: readonly ShownFile[],
  isHalved: boolean,
): Mended | undefined {
  if (isHalved) return withoutFiles(messages, files, []);
  // Thoughts are bound to what stood before them.
  const half = normalise(withoutThoughts(halve(messages)));
  return half.length < messages.length ? { messages: half, leftOut: [] } : withoutFiles(messages, files, []);
}

/** Without the thoughts that are not taken; or without the files that the API names, or all where it names none; or without pictures of tools. */
export function corrected(
  messages: readonly MessageParam[],
  files: readonly ShownFile[],
  { blocks, isThought }: Extract<Failure, { kind: 'bad request' }>,
): Mended | undefined {
  const thoughtless = withoutThoughts(messages);
  const isLess = JSON.stringify(thoughtless).length < JSON.stringify(messages).length;
  if (isThought && isLess) return { messages: thoughtless, leftOut: [] };
  return withoutFiles(messages, files, blocks) ?? withoutPictures(messages);
}

/** What a tool shows is looked at by its beginning only: more of it may be broken. */
function withoutPictures(messages: readonly MessageParam[]): Mended | undefined {
  let isLess = false;
  const instead = (block: ContentBlockParam): ContentBlockParam => {
    if (block.type !== 'tool_result' || !Array.isArray(block.content)) return block;
    const content = block.content.map((part) => (part.type === 'image' ? LEFT_OUT : part));
    isLess ||= content.includes(LEFT_OUT);
    return { ...block, content };
  };
  const mended = messages.map((message): MessageParam => {
    if (message.role === 'system' || typeof message.content === 'string') return message;
    return { ...message, content: message.content.map(instead) };
  });
  return isLess ? { messages: mended, leftOut: [] } : undefined;
}

const LEFT_OUT = { type: 'text' as const, text: '(A picture was left out: it cannot be shown.)' };

function withoutFiles(
  messages: readonly MessageParam[],
  files: readonly ShownFile[],
  places: readonly Place[],
): Mended | undefined {
  const byBlock = new Map<unknown, ShownFile>(files.map((file) => [file.block, file]));
  const named = places.flatMap(([message, block]) => byBlock.get(messages[message]?.content[block]) ?? []);
  const present = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.flatMap((block) => byBlock.get(block) ?? []),
  );
  const leftOut = new Set(named.length > 0 ? named : present);
  if (leftOut.size === 0) return undefined;
  const instead = (block: ContentBlockParam): ContentBlockParam => {
    const file = byBlock.get(block);
    return file && leftOut.has(file) ? { type: 'text', text: file.note } : block;
  };
  return {
    messages: messages.map((message): MessageParam => {
      if (message.role === 'system' || typeof message.content === 'string') return message;
      return { ...message, content: message.content.map(instead) };
    }),
    leftOut: [...leftOut].map(({ key }) => key),
  };
}
