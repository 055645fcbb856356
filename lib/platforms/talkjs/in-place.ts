/** Stop 7. The placeholder of an answer that is being written, which the answer takes the place of. */
import { edit, find, type Listed, postDrafts, readIds, remove, type TalkjsSeat } from './messages.ts';
import { halvePiece, type TalkjsPiece } from './pieces.ts';
import { findByKey, hasKey, listOwn, refused, send, throwIfGone } from './posting.ts';

/** Readable where a theme does not turn `custom.isTyping` into moving dots. */
export const placeholderText = '_…_';

/** Of the answer that is sent, and of the one whose placeholder it takes: another one where it is an apology. */
export interface Keys {
  replyKey: string;
  placeKey: string;
}

/** Gives the id of the placeholder. Throws what the API throws. */
export async function postPlaceholder(seat: TalkjsSeat, replyKey: string): Promise<string | undefined> {
  const drafts = [{ key: typingKey(replyKey), text: placeholderText, custom: { isTyping: 'true', replyKey } }];
  const answer = await postDrafts(seat, drafts);
  return answer.ok ? readIds(answer.body, drafts)[0] : undefined;
}

/** Changes what is shown until the answer is there; whether it was taken. Throws what the API throws. */
export async function editPlaceholder(seat: TalkjsSeat, messageId: string, text: string): Promise<boolean> {
  return (await edit(seat, messageId, { text, custom: { isTyping: 'true' } })).ok;
}

function typingKey(replyKey: string): string {
  return `typing:${replyKey}`;
}

/**
 * The first message takes the place of the placeholder, which another process may have posted. Where none is to be seen, the
 * first message is posted under the placeholder's own key: a placeholder still on its way then never appears.
 */
export async function sendInPlace(
  seat: TalkjsSeat,
  pieces: readonly TalkjsPiece[],
  { replyKey, placeKey }: Keys,
): Promise<string[]> {
  const [first, ...others] = pieces;
  if (first === undefined) return [];
  const own = await listOwn(seat);
  const seen =
    own.find(hasKey(firstOf(replyKey))) ?? placeholderIn(own, placeKey) ?? (await claim(seat, first, replyKey));
  if (seen === undefined) return send(seat, pieces);
  if (isTyping(seen)) return replace(seat, seen.id, first, others);
  return [seen.id, ...(await send(seat, [...remainder(first, seen.custom.replyKey), ...others]))];
}

/** The same where nobody posts placeholders any more; `undefined` when none was left behind. */
export async function sendIfPlaced(
  seat: TalkjsSeat,
  [first, ...others]: readonly TalkjsPiece[],
  { placeKey }: Keys,
): Promise<string[] | undefined> {
  const placeholder = placeholderIn(await listOwn(seat), placeKey);
  return placeholder && first && replace(seat, placeholder.id, first, others);
}

/** Where no answer comes. */
export async function removePlaceholder(seat: TalkjsSeat, placeKey: string): Promise<void> {
  const placeholder = placeholderIn(await listOwn(seat), placeKey);
  if (placeholder) await remove(seat, placeholder.id);
}

function placeholderIn(own: readonly Listed[], placeKey: string): Listed | undefined {
  return own.find((one) => isTyping(one) && hasKey(firstOf(placeKey))(one));
}

/** Keys of a first message, however small it had to be written. */
function firstOf(replyKey: string): (key: string) => boolean {
  return (key) => key.startsWith(replyKey) && /^(?:\.1)*$/.test(key.slice(replyKey.length));
}

async function claim(seat: TalkjsSeat, first: TalkjsPiece, replyKey: string): Promise<Listed | undefined> {
  const drafts = [{ key: typingKey(replyKey), text: first.text, custom: { replyKey } }];
  const answer = await postDrafts(seat, drafts);
  if (!answer.ok) throwIfGone(answer);
  const id = answer.ok ? readIds(answer.body, drafts)[0] : undefined;
  return id === undefined ? findByKey(seat, (key) => key === replyKey) : find(seat, id);
}

async function replace(
  seat: TalkjsSeat,
  messageId: string,
  first: TalkjsPiece,
  others: readonly TalkjsPiece[],
): Promise<string[]> {
  // The key of the piece that was written stays on the message: after a crash it tells what is still to be sent.
  const answer = await edit(seat, messageId, { text: first.text, custom: { isTyping: null, replyKey: first.key } });
  if (answer.ok) return [messageId, ...(await send(seat, others))];
  if (answer.status === 404) return send(seat, [first, ...others]);
  throwIfGone(answer);
  const [start, ...rest] = halvePiece(first) ?? [];
  if (start === undefined) throw refused(answer);
  return replace(seat, messageId, start, [...rest, ...others]);
}

/** What follows a first message that had to be written in smaller pieces, `writtenKey` being the piece that was written. */
function remainder(first: TalkjsPiece, writtenKey: unknown): TalkjsPiece[] {
  const rest: TalkjsPiece[] = [];
  let piece = first;
  while (piece.key !== writtenKey) {
    const [start, ...others] = halvePiece(piece) ?? [];
    if (start === undefined) break;
    rest.unshift(...others);
    piece = start;
  }
  return rest;
}

function isTyping({ custom }: Listed): boolean {
  return custom.isTyping === 'true';
}
