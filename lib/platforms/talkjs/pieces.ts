/** Stop 7. An answer as the messages it becomes, each with a key that is the same for every attempt. */
import { split } from '../../text/split.ts';
import { numbered } from '../kit/numbered.ts';
import { toButtons } from './buttons.ts';
import { toTalkjs } from './markup.ts';

export interface TalkjsPiece {
  key: string;
  markdown: string;
  /** TalkJS markup. */
  text: string;
  /** Markup of buttons that stands at the end of `text`. */
  buttons?: string;
}

/** Nothing documents how long a message may be; with 4,000 characters before conversion most answers are one message. */
const maxMarkdownChars = 4_000;
/** Tables and links grow when converted; what grows beyond this is split again. */
const maxTextChars = 8_000;
/** Something this short is not refused for its length. */
const minSplitChars = 500;

/** The messages of an answer in their order: `replyKey`, `replyKey:2`, `replyKey:3` …; at least one, whatever the text. */
export function toPieces(
  markdown: string,
  replyKey: string,
  sentenceForNothing: string,
  choices: readonly string[] = [],
): TalkjsPiece[] {
  const parts = split(markdown, maxMarkdownChars).flatMap(fit);
  const visible = parts.filter(({ text }) => text.trim() !== '');
  const pieces = visible.length > 0 ? visible : [{ markdown: sentenceForNothing, text: sentenceForNothing }];
  const shown = withButtons(pieces, toButtons(choices));
  return numbered(replyKey, shown).map(({ key, part }) => ({ ...part, key }));
}

/** The same text in smaller messages, with keys `key.1`, `key.2` …; nothing when it cannot get smaller. */
export function halvePiece({ key, markdown, buttons }: TalkjsPiece): TalkjsPiece[] | undefined {
  if (markdown.length < minSplitChars) return undefined;
  const parts = split(markdown, Math.ceil(markdown.length / 2)).map(convert);
  if (parts.length < 2) return undefined;
  return withButtons(parts, buttons).map((part, index) => ({ ...part, key: `${key}.${index + 1}` }));
}

/** Behind the last piece. */
function withButtons(pieces: readonly Omit<TalkjsPiece, 'key'>[], buttons: string | undefined) {
  if (!buttons) return pieces;
  return pieces.map((piece, i) =>
    i === pieces.length - 1 ? { ...piece, text: `${piece.text}\n\n${buttons}`, buttons } : piece,
  );
}

function fit(markdown: string): { markdown: string; text: string }[] {
  const whole = convert(markdown);
  if (whole.text.length <= maxTextChars || markdown.length < minSplitChars) return [whole];
  return split(markdown, Math.ceil(markdown.length / 2)).flatMap(fit);
}

function convert(markdown: string): { markdown: string; text: string } {
  return { markdown, text: toTalkjs(markdown) };
}
