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

/** Without the thoughts that are not taken; or without the files that the API names, or all where it names none. */
export function corrected(
  messages: readonly MessageParam[],
  files: readonly ShownFile[],
  { blocks, isThought }: Extract<Failure, { kind: 'bad request' }>,
): Mended | undefined {
  const thoughtless = withoutThoughts(messages);
  const isLess = JSON.stringify(thoughtless).length < JSON.stringify(messages).length;
  return isThought && isLess ? { messages: thoughtless, leftOut: [] } : withoutFiles(messages, files, blocks);
}

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
