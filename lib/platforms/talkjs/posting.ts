/** Stop 7. The messages of an answer on their way into TalkJS: once, in order, each as small as it is taken. */
import { Later, Permanent, Undeliverable } from '../../errors.ts';
import type { TalkjsRefusal } from './api.ts';
import { type Draft, type Listed, listRecent, maxBatch, postDrafts, readIds, type TalkjsSeat } from './messages.ts';
import { halvePiece, type TalkjsPiece } from './pieces.ts';

/** Gives the ids. Throws `Later`, `Undeliverable` and `Permanent`. */
export async function send(seat: TalkjsSeat, pieces: readonly TalkjsPiece[]): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < pieces.length; at += maxBatch) {
    ids.push(...(await sendBatch(seat, pieces.slice(at, at + maxBatch))));
  }
  return ids;
}

/** What is not in the conversation yet, by the keys that its messages carry. */
export async function sendMissing(seat: TalkjsSeat, pieces: readonly TalkjsPiece[]): Promise<string[]> {
  const own = await listOwn(seat);
  const sentAs = ({ key }: TalkjsPiece) =>
    own.filter(({ custom: { replyKey } }) => replyKey === key || `${replyKey}`.startsWith(`${key}.`)).reverse();
  const missing = pieces.filter((piece) => sentAs(piece).length === 0);
  return [...pieces.flatMap(sentAs).map(({ id }) => id), ...(await send(seat, missing))];
}

async function sendBatch(seat: TalkjsSeat, pieces: readonly TalkjsPiece[]): Promise<string[]> {
  const drafts: Draft[] = pieces.map(({ key, text }) => ({ key, text }));
  const answer = await postDrafts(seat, drafts);
  if (answer.ok) return nameAll(seat, pieces, readIds(answer.body, drafts));
  throwIfGone(answer);
  // One of them may be refused, or all repeated: alone, each shows which.
  if (pieces.length > 1) return sendEach(seat, pieces);

  const [piece] = pieces;
  if (piece === undefined) return [];
  const repeated = await findByKey(seat, (key) => key === piece.key);
  if (repeated) return [repeated.id];
  if (isRepeat(answer)) return [];
  const halves = halvePiece(piece);
  if (halves === undefined) throw refused(answer);
  return sendEach(seat, halves);
}

async function sendEach(seat: TalkjsSeat, pieces: readonly TalkjsPiece[]): Promise<string[]> {
  const ids: string[] = [];
  for (const piece of pieces) ids.push(...(await sendBatch(seat, [piece])));
  return ids;
}

/** What TalkJS answers to a repeated key is not documented: where the ids are missing, they are looked up. */
async function nameAll(
  seat: TalkjsSeat,
  pieces: readonly TalkjsPiece[],
  ids: (string | undefined)[],
): Promise<string[]> {
  if (!ids.includes(undefined)) return ids.filter((id) => id !== undefined);
  const recent = await listOwn(seat);
  return pieces.flatMap(
    ({ key }, index) => ids[index] ?? recent.find(({ custom }) => custom.replyKey === key)?.id ?? [],
  );
}

export async function findByKey(seat: TalkjsSeat, isKey: (replyKey: string) => boolean): Promise<Listed | undefined> {
  return (await listOwn(seat)).find(hasKey(isKey));
}

/** Whether the piece that a message was written from has such a key. */
export function hasKey(isKey: (replyKey: string) => boolean): (message: Listed) => boolean {
  return ({ custom }) => typeof custom.replyKey === 'string' && isKey(custom.replyKey);
}

/** The bot's recent messages; users can set `custom` too, so theirs do not count. */
export async function listOwn(seat: TalkjsSeat): Promise<Listed[]> {
  const recent = await listRecent(seat);
  if (!Array.isArray(recent)) {
    throwIfGone(recent);
    throw new Later(`talkjs: ${nameOf(recent)}`);
  }
  return recent.filter(({ senderId }) => senderId === seat.botId);
}

export function throwIfGone({ status, errorCode, reasons, isJson }: TalkjsRefusal): void {
  const isMissing = status === 404 && isJson;
  const isOutside =
    /PARTICIPANT|USER_NOT_FOUND|CONVERSATION_NOT_FOUND/i.test(errorCode) ||
    reasons.some((reason) => /participant/i.test(reason));
  if (isMissing || isOutside) throw new Undeliverable(`talkjs: ${nameOf({ status, errorCode })}`);
}

function isRepeat({ status, errorCode }: TalkjsRefusal): boolean {
  return status === 409 || /IDEMPOTEN|DUPLICATE/i.test(errorCode);
}

/**
 * What TalkJS itself refuses for what is in it (400, 413, 422) no attempt can mend: the user gets the apology. Anything else is not
 * known to be final, so it is tried again and ends with the dead letters, where an operator sees it.
 */
export function refused({ status, errorCode, isJson }: TalkjsRefusal): Later | Permanent {
  const what = `talkjs: ${nameOf({ status, errorCode })}`;
  const isContent = isJson && (status === 400 || status === 413 || status === 422);
  return isContent ? new Permanent(what) : new Later(what);
}

function nameOf({ status, errorCode }: Pick<TalkjsRefusal, 'status' | 'errorCode'>): string {
  return errorCode ? `${status} ${errorCode}` : `${status}`;
}
