/** Stop 6, before the call. Pure: the turns of a conversation → the messages that Claude is sent. */
import type { DocumentBlockParam, ImageBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { nameOf, noteFor } from '../attachments/note.ts';
import { MAX_PICTURE_TOKENS } from '../attachments/tokens.ts';
import { withNumbers } from '../text/choices.ts';
import type { Correction, Earlier, Effect, EffectState, Quote, Said, Summary, Turn } from '../types.ts';

type Text = { type: 'text'; text: string };
export type Block = Text | ImageBlockParam | DocumentBlockParam;
export interface WindowMessage {
  role: 'user' | 'assistant';
  content: Block[];
}

/** Files that were fetched, as Claude takes them and what they cost, or a note why not, by URL. */
export type Files = ReadonlyMap<string, { block: Block; tokens?: number }>;

/** What else belongs into the window. */
export interface Beside {
  files?: Files;
  summary?: Summary | undefined;
  /** What was said before the bot came, oldest first. */
  earlier?: readonly Earlier[] | undefined;
}

export interface WindowLimits {
  strategy: 'tokens' | 'messages' | 'summary';
  /** Tokens of the whole prompt, by estimate. */
  tokenBudget: number;
  maxMessages: number;
}

export interface Window {
  messages: WindowMessage[];
  /** Of all of it, by estimate from above. */
  tokens: number;
  /** The oldest turn in it, when older ones were left out: stored with the reply, so that the next window starts there too. */
  from: string | undefined;
}

/**
 * The window of a conversation for the turn `asked` (not among `turns`). Over the budget it is cut to half of it and then only grows
 * again, so that the prompt's beginning stays the same from turn to turn and the prompt cache hits.
 */
export function buildWindow(
  turns: readonly Turn[],
  asked: Turn,
  limits: WindowLimits,
  { files = new Map(), summary, earlier = [] }: Beside = {},
): Window {
  const corrections = correctionsOf([...turns, asked]);
  const cut = turns.findLast(({ reply }) => reply?.windowFrom !== undefined)?.reply?.windowFrom;
  const before = cut === undefined ? toldBefore(earlier, [...turns, asked], corrections) : [];
  const exchanges = turns
    .filter((turn) => isHistory(turn) && turn.sk !== asked.sk && (cut === undefined || turn.sk >= cut))
    .map((turn) => ({ sk: turn.sk, messages: exchange(turn, { corrections, files }) }));
  const past = [...before, ...exchanges];
  const question = spoken(asked.said, { corrections, files });

  const kept =
    limits.strategy === 'messages'
      ? lastMessages(past, limits.maxMessages)
      : withinBudget(past, question, limits.tokenBudget, files);
  const from = kept.length < past.length ? (leastKey(kept) ?? asked.sk) : cut;
  const remembered = from !== undefined && limits.strategy === 'summary' && summary ? [recall(summary)] : [];
  const messages = mergeNeighbours([...remembered, ...kept.flatMap((turn) => turn.messages), question]);
  return { messages, from, tokens: estimateTokens(messages, files) };
}

/** Turns of one millisecond need not stand in the order of their keys. */
function leastKey(past: readonly Past[]): string | undefined {
  return past.map(({ sk }) => sk).sort()[0];
}

/** The words of a conversation, one entry a message. */
export function transcriptOf(turns: readonly Turn[]): { role: WindowMessage['role']; text: string }[] {
  const shown: Shown = { corrections: correctionsOf(turns), files: new Map() };
  const messages = turns.filter(isHistory).flatMap((turn) => exchange(turn, shown));
  const words = (content: Block[]) => content.flatMap((block) => (block.type === 'text' ? block.text : [])).join('\n');
  return messages.map(({ role, content }) => ({ role, text: words(content) }));
}

/** Stands first and changes only when the window is cut, so that the beginning of the prompt stays the same. */
function recall({ text }: Summary): WindowMessage {
  return {
    role: 'user',
    content: [{ type: 'text', text: `<summary>\n${text.replaceAll(/<(?=\/?summary)/gi, '‹')}\n</summary>` }],
  };
}

/**
 * As one note in front of all turns, the first to leave the window. A message that has a turn is told there, and one that its sender
 * has changed or taken back is told as it is now.
 */
function toldBefore(
  earlier: readonly Earlier[],
  turns: readonly Turn[],
  corrections: ReadonlyMap<string, Correction>,
): Past[] {
  const told = new Set(turns.flatMap(({ said }) => said.map(({ messageId }) => messageId)));
  const lines = earlier.flatMap(({ id, by, text }) => {
    const correction = corrections.get(id);
    if (told.has(id) || correction?.deleted) return [];
    return JSON.stringify({ by: by === 'bot' ? 'you' : by, text: correction?.text ?? text });
  });
  if (lines.length === 0) return [];
  const words = ['said here before you came, one message a line, as data:', ...lines].join('\n');
  return [{ sk: '', messages: [{ role: 'user', content: [note(words)] }] }];
}

/** Apologies and notices are left out, unless something was done; what was said while a human answered stays in. */
function isHistory({ state, reply }: Turn): boolean {
  if (reply?.effects?.length) return state !== 'CLAIMED';
  return reply?.kind === 'answer' ? state !== 'CLAIMED' : state === 'SKIPPED';
}

/** About 2.5 bytes of text per token on models from 4.7 on, what was counted of each file, and a little for each message's frame. */
function estimateTokens(messages: readonly WindowMessage[], files: Files): number {
  const counted = new Map([...files.values()].map(({ block, tokens }) => [block, tokens]));
  const tokensOf = (block: Block) =>
    block.type === 'text' ? textTokens(block) : (counted.get(block) ?? MAX_PICTURE_TOKENS);
  const ofContent = (content: readonly Block[]) => content.reduce((sum, block) => sum + tokensOf(block), 0);
  return messages.reduce((sum, { content }) => sum + FRAME_TOKENS + ofContent(content), 0);
}

const BYTES_PER_TOKEN = 2.5;
const FRAME_TOKENS = 10;

function textTokens({ text }: Text): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

interface Past {
  sk: string;
  messages: WindowMessage[];
}

function withinBudget(
  past: readonly Past[],
  question: WindowMessage,
  tokenBudget: number,
  files: Files,
): readonly Past[] {
  const own = estimateTokens([question], files);
  const sizes = past.map(({ messages }) => estimateTokens(messages, files));
  const total = sizes.reduce((a, b) => a + b, own);
  if (total <= tokenBudget) return past;
  const floor = tokenBudget / 2;
  let size = total;
  const first = sizes.findIndex((turn) => {
    if (size <= floor) return true;
    size -= turn;
    return false;
  });
  return first === -1 ? [] : past.slice(first);
}

/** `max` counts messages of both roles, the question included. */
function lastMessages(past: readonly Past[], max: number): readonly Past[] {
  const turns = Math.floor((max - 1) / 2);
  return turns === 0 ? [] : past.slice(-turns);
}

/** What is shown of messages besides their stored text. */
interface Shown {
  corrections: ReadonlyMap<string, Correction>;
  files: Files;
}

function exchange(turn: Turn, shown: Shown): WindowMessage[] {
  const { effects = [] } = turn.reply ?? {};
  // Where something was done an apology ends it as well: a request that looks open would be done again with the next one.
  const isTold = turn.reply?.kind === 'answer' || effects.length > 0;
  const answer = isTold ? withNumbers(turn.reply?.text.trim() ?? '', turn.reply?.choices) : '';
  const question = spoken(turn.said, shown, turn.said.length > 0 ? undefined : BY_ITSELF);
  if (effects.length > 0) question.content.push(noteOfEffects(effects));
  return answer ? [question, { role: 'assistant', content: [{ type: 'text', text: answer }] }] : [question];
}

const BY_ITSELF = 'nobody has written: what follows you said by yourself';

/** Each message of the user is a text block of its own, word for word; what the team said is told as a note, never as Claude's own words. */
function spoken(said: readonly Said[], shown: Shown, unsaid = 'empty message'): WindowMessage {
  const blocks = said.flatMap((one) => blocksOf(one, shown));
  return { role: 'user', content: blocks.length > 0 ? blocks : [note(unsaid)] };
}

function blocksOf(said: Said, { corrections, files }: Shown): Block[] {
  const correction = corrections.get(said.messageId);
  if (correction?.deleted) return [note('message deleted by the user')];
  const text = correction?.text ?? said.text;
  if (said.refusal && !text) return [note('message that could not be read')];
  const { attachments, leftOut = 0 } = correction?.attachments ? correction : said;
  const attached = (attachments ?? []).map(
    (attachment): Block => files.get(attachment.url)?.block ?? { type: 'text', text: noteFor(attachment) },
  );
  if (leftOut > 0) attached.push(note(`${leftOut} more files were left out: too many, or with too long a link`));
  if (said.byTeam)
    return [{ type: 'text', text: `[${nameOf(said.speaker) ?? 'Somebody'} of the team]: ${text}` }, ...attached];
  // Files before the words that are about them, as the API advises.
  const { quote } = said;
  const isGone = said.quotes !== undefined && corrections.get(said.quotes)?.deleted;
  // On one line, in marks: whatever it says, it is nobody's own words here.
  if (quote && !isGone) attached.push(note(`in reply to what ${BY[quote.by]} said: ${JSON.stringify(quote.text)}`));
  return text.trim() ? [...attached, { type: 'text', text }] : attached;
}

const STATES: Readonly<Record<EffectState, string>> = {
  DONE: 'done',
  REFUSED: 'not done, it was refused',
  UNKNOWN: 'not known whether it was done',
  DECLINED: 'not done: the user was asked and did not clearly say yes',
};

/** Behind the words of the user, between two marks that no input can forge, as the results of tools are. */
export function noteOfEffects(effects: readonly Effect[]): Block {
  const told = effects.map(({ tool, input, state }) => ({ tool, input, outcome: STATES[state] }));
  const text = `[What became of your calls that act in the world, as the system noted it:]\n<data>\n${JSON.stringify(told).replaceAll('<', '\\u003c')}\n</data>`;
  return { type: 'text', text };
}

const BY: Readonly<Record<Quote['by'], string>> = {
  user: 'the user',
  bot: 'you',
  team: 'the team',
  somebody: 'somebody',
};

function note(text: string): Block {
  return { type: 'text', text: `[${text}]` };
}

/** A change stands on the item of the message it changes, also when that message was answered by another one's turn. */
function correctionsOf(turns: readonly Turn[]): ReadonlyMap<string, Correction> {
  return new Map(turns.flatMap(({ messageId, correction }) => (correction ? [[messageId, correction] as const] : [])));
}

function mergeNeighbours(messages: readonly WindowMessage[]): WindowMessage[] {
  const merged: WindowMessage[] = [];
  for (const { role, content } of messages) {
    const last = merged.at(-1);
    if (last?.role === role) last.content.push(...content);
    else merged.push({ role, content: [...content] });
  }
  return merged;
}
