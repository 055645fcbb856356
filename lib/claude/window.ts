/** Stop 6, before the call. Pure: the turns of a conversation → the messages that Claude is sent. */
import type { Correction, Said, Turn } from '../types.ts';

export interface Block {
  type: 'text';
  text: string;
}
export interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

export interface WindowLimits {
  strategy: 'tokens' | 'messages' | 'summary';
  /** Tokens of the whole prompt, by estimate. */
  tokenBudget: number;
  maxMessages: number;
}

export interface Window {
  messages: Message[];
  /** The oldest turn in it, when older ones were left out: stored with the reply, so that the next window starts there too. */
  from: string | undefined;
}

/**
 * The window of a conversation for the turn `asked` (not among `turns`). Over the budget it is cut to half of it and then only grows
 * again, so that the prompt's beginning stays the same from turn to turn and the prompt cache hits.
 */
export function buildWindow(turns: readonly Turn[], asked: Turn, limits: WindowLimits): Window {
  const corrections = correctionsOf([...turns, asked]);
  const cut = turns.findLast(({ reply }) => reply?.windowFrom !== undefined)?.reply?.windowFrom;
  const past = turns
    .filter((turn) => isHistory(turn) && turn.sk !== asked.sk && (cut === undefined || turn.sk >= cut))
    .map((turn) => ({ sk: turn.sk, messages: exchange(turn, corrections) }));
  const question = spoken(asked.said, corrections);

  const kept =
    limits.strategy === 'messages' ? lastMessages(past, limits.maxMessages) : withinBudget(past, question, limits);
  const from = kept.length < past.length ? (kept[0]?.sk ?? asked.sk) : cut;
  return { messages: mergeNeighbours([...kept.flatMap(({ messages }) => messages), question]), from };
}

/** Apologies and notices are left out; what was said while a human answered stays in. */
function isHistory({ state, reply }: Turn): boolean {
  return reply?.kind === 'answer' ? state !== 'CLAIMED' : state === 'SKIPPED';
}

/** About 2.5 bytes of text per token on models from 4.7 on, and a little for each message's frame. */
export function estimateTokens(messages: readonly Message[]): number {
  return messages.reduce(
    (sum, { content }) => sum + FRAME_TOKENS + content.reduce((n, { text }) => n + textTokens(text), 0),
    0,
  );
}

const BYTES_PER_TOKEN = 2.5;
const FRAME_TOKENS = 10;

function textTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

interface Past {
  sk: string;
  messages: Message[];
}

function withinBudget(past: readonly Past[], question: Message, { tokenBudget }: WindowLimits): readonly Past[] {
  const own = estimateTokens([question]);
  const sizes = past.map(({ messages }) => estimateTokens(messages));
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

function exchange(turn: Turn, corrections: ReadonlyMap<string, Correction>): Message[] {
  const answer = turn.reply?.text.trim();
  const question = spoken(turn.said, corrections);
  return answer ? [question, { role: 'assistant', content: [{ type: 'text', text: answer }] }] : [question];
}

/** Each message of the user is a text block of its own, word for word. */
function spoken(said: readonly Said[], corrections: ReadonlyMap<string, Correction>): Message {
  const blocks = said.flatMap((one) => blocksOf(one, corrections.get(one.messageId)));
  return { role: 'user', content: blocks.length > 0 ? blocks : [note('empty message')] };
}

function blocksOf(said: Said, correction: Correction | undefined): Block[] {
  if (correction?.deleted) return [note('message deleted by the user')];
  const text = correction?.text ?? said.text;
  const files = correction?.attachments ?? said.attachments;
  const notes = files.map(({ name, kind }) => note(`attached ${kind ?? 'file'}${name ? `: ${name}` : ''}`));
  return text.trim() ? [{ type: 'text', text }, ...notes] : notes;
}

function note(text: string): Block {
  return { type: 'text', text: `[${text}]` };
}

/** A change stands on the item of the message it changes, also when that message was answered by another one's turn. */
function correctionsOf(turns: readonly Turn[]): ReadonlyMap<string, Correction> {
  return new Map(turns.flatMap(({ sk, correction }) => (correction ? [[messageIdOf(sk), correction] as const] : [])));
}

const SK_PREFIX = /^T#\d+#/;

function messageIdOf(sk: string): string {
  return sk.replace(SK_PREFIX, '');
}

function mergeNeighbours(messages: readonly Message[]): Message[] {
  const merged: Message[] = [];
  for (const { role, content } of messages) {
    const last = merged.at(-1);
    if (last?.role === role) last.content.push(...content);
    else merged.push({ role, content: [...content] });
  }
  return merged;
}
