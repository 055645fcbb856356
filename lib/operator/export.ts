/** Room of the operator: `export` hands out what is kept of a conversation, or of a user in all of theirs, as JSON lines. */
import { sizes } from '../bounds.ts';
import { Rejected } from '../errors.ts';
import { openKept } from '../store/chat-api/kept.ts';
import { besideTurns, conversationsOf, spentLately, turnsBehind } from '../store/kept.ts';
import { isTurn, partsOfSk } from '../store/store.ts';
import type { PlatformName, Turn } from '../types.ts';
import { findKnown, type Known, type Named } from './conversation.ts';
import { nextOf, type Place, placeIn, WRONG_NEXT } from './export-place.ts';
import { timeOf, viewOf } from './exported-turn.ts';
import { findUser } from './forget.ts';
import { viewOfHandoff } from './handoff.ts';
import type { Answer, OperatorDeps } from './verb.ts';

type ExportDeps = Pick<OperatorDeps, 'store' | 'table' | 'callers' | 'until' | 'now'>;

interface Exporting {
  /** What the lines are about. */
  of: { platform: PlatformName; conversation?: string; user?: string };
  conversations: readonly string[];
  /** Lines in front of those of the conversations. */
  head(): Promise<object[]>;
  next: string | undefined;
}

/** Of everybody who has spoken in it. */
export async function exportConversation(
  deps: ExportDeps,
  { next, ...named }: Named & { next?: string | undefined },
): Promise<Answer> {
  const of = await findKnown(deps, named);
  return write(deps, { of, conversations: [of.conversation], head: async () => [], next });
}

/** What the user said, and what the bot answered them. */
export async function exportUser(
  deps: ExportDeps,
  { next, ...named }: { platform: PlatformName; user: string; next?: string | undefined },
): Promise<Answer> {
  const of = await findUser(deps, named);
  const { store, table, now } = deps;
  const kept = of.platform === 'chat-api' ? await openKept(table, now).userOf(of.user) : undefined;
  const spoken = await conversationsOf(table, of);
  const conversations = [...new Set([...spoken, ...(kept?.conversations ?? [])])].sort();
  const head = async () => {
    const [spent, { blockedAt }] = await Promise.all([spentLately(table, of, now()), store.marksOf(of)]);
    const blocked = blockedAt > 0 ? { blockedSince: timeOf(blockedAt) } : {};
    return [{ kind: 'user', ...of, usdLately: spent / 1_000_000, ...blocked, ...(kept?.profile ?? {}) }];
  };
  return write(deps, { of, conversations, head, next });
}

async function write(deps: ExportDeps, { of, conversations, head, next }: Exporting): Promise<Answer> {
  const { until = Number.POSITIVE_INFINITY, now } = deps;
  const from = next === undefined ? undefined : placeIn(next);
  const lines = from ? [] : (await head()).map((line) => JSON.stringify(line));
  let bytes = 0;
  for (const conversation of conversations.slice(from ? conversations.indexOf(from[0]) : 0)) {
    if (from && !conversations.includes(from[0])) throw new Rejected(400, WRONG_NEXT);
    const begun = from?.[0] === conversation ? from[1] : undefined;
    for await (const { line, at } of linesOf(deps, of, conversation, begun)) {
      if (line !== undefined) lines.push(line);
      bytes += line === undefined ? 0 : Buffer.byteLength(line) + 1;
      if (at !== undefined && (bytes > ROOM_BYTES || now() >= until)) return end(of, lines, [conversation, at]);
    }
  }
  return end(of, lines, undefined);
}

/** A line more fits behind it: an item has 350 KB, a page of 20 messages of the Chat API less than that of theirs. */
const ROOM_BYTES = sizes.operatorAnswerBytes - 4 * sizes.itemBytes;

/** A line, or none where much was looked at that is not asked for, and behind which place it can be gone on with. */
interface Line {
  line: string | undefined;
  at: string | undefined;
}

async function* linesOf(
  { store, table, now }: ExportDeps,
  { platform, user }: Exporting['of'],
  conversation: string,
  begun: string | undefined,
): AsyncGenerator<Line> {
  const of = { platform, conversation };
  const line = (what: object, at?: string): Line => ({ line: JSON.stringify({ ...what }), at });
  if (begun === undefined) {
    const { earlier, summary, handoff } = await besideTurns(table, of);
    yield line({ kind: 'conversation', ...of });
    for (const { id, at, from, by, text } of earlier.filter(({ from }) => user === undefined || from === user))
      yield line({ kind: 'before', ...of, message: id, at: timeOf(at), by, from, text });
    // It has words of all who spoke.
    if (summary && user === undefined) yield line({ kind: 'summary', ...of, text: summary.text });
    // So may the last messages of a handoff.
    if (handoff && (user === undefined || handoff.speaker.id === user))
      yield line({ kind: 'handoff', ...of, ...viewOfHandoff(handoff, user === undefined) });
  }
  const isAmongTurns = begun === undefined || isTurn(begun);
  for (let after = begun; isAmongTurns; ) {
    const { turns, next } = await turnsBehind(table, of, after);
    for (const { rating, ...turn } of turns) {
      const isTheirs =
        user === undefined || turn.reply?.to === user || turn.said.some(({ speaker }) => speaker.id === user);
      const isByThem = user === undefined || rating?.by === user || (isTheirs && rating?.by === undefined);
      const { messageId: message } = turn;
      const ofTurn = [
        ...(isTheirs ? [{ kind: 'turn', ...of, ...viewOf(turn, user) }, ...(await callsOf(store, of, turn))] : []),
        ...(rating && isByThem ? [{ kind: 'rating', ...of, ...rating, message, at: timeOf(rating.at) }] : []),
      ];
      // It is gone on with behind all of them.
      for (const [i, what] of ofTurn.entries()) yield line(what, i === ofTurn.length - 1 ? turn.sk : undefined);
    }
    if (next === undefined) break;
    yield { line: undefined, at: next };
    after = next;
  }
  if (platform !== 'chat-api') return;
  const from = isAmongTurns ? undefined : begun;
  for await (const { what, at } of openKept(table, now).saidIn(conversation, user, from))
    yield line({ ...what, ...of }, at);
}

/** What acting tools were given and gave back, as far as it is kept. One query, of a turn that may have any. */
async function callsOf(
  store: ExportDeps['store'],
  of: Known,
  { sk, messageId, state, reply }: Turn,
): Promise<object[]> {
  if (!reply?.effects && state !== 'CLAIMED' && state !== 'FAILED') return [];
  const { calls } = await store.journalOf({ ...of, ...partsOfSk(sk) });
  return [...calls.values()].map(({ tool, input, state, result }) => ({
    ...{ kind: 'call', ...of, message: messageId, tool, state, input },
    ...(result === undefined ? {} : { result }),
  }));
}

function end(of: Exporting['of'], lines: string[], place: Place | undefined): Answer {
  const next = place && nextOf(place);
  const last = next === undefined ? { done: true } : { done: false, next };
  const all = [...lines, JSON.stringify({ ...of, ...last })];
  return { text: all.join('\n'), json: { ...of, ...last }, lines: all, next };
}
