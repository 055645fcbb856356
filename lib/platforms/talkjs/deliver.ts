/** Stop 7. Posts an answer as the TalkJS bot: once, in order, in place of the typing placeholder when there is one. */
import { botNamed } from '../../bots/identity.ts';
import { Later, Permanent, Undeliverable } from '../../errors.ts';
import { withMarks } from '../../text/source-marks.ts';
import type { Platform } from '../../types.ts';
import type { HttpDeps } from '../kit/http.ts';
import type { Bots } from '../kit/manifest.ts';
import { type TalkjsApiSettings, type TalkjsRefusal, talkjsApi } from './api.ts';
import { listEarlier } from './earlier.ts';
import {
  type Draft,
  edit,
  find,
  type Listed,
  listRecent,
  maxBatch,
  postDrafts,
  readIds,
  type TalkjsSeat,
} from './messages.ts';
import { ourUsers } from './our-users.ts';
import { halvePiece, type TalkjsPiece, toPieces } from './pieces.ts';
import { findQuoted } from './quoted.ts';
import type { TalkjsSettings } from './settings.ts';
import { talkjsTeam } from './team.ts';

type OutboundSettings = TalkjsApiSettings &
  Pick<TalkjsSettings, 'botId' | 'typing'> &
  Partial<Pick<TalkjsSettings, 'humanRoles'>>;

/** TalkJS honours an idempotency key for 24 hours; this (ms) leaves room for clocks and for the request itself. */
const keyLifetimeMs = 20 * 60 * 60 * 1000;

/** Readable where a theme does not turn `custom.isTyping` into moving dots. */
const placeholderText = '_…_';

/** The outbound half of TalkJS. */
export function talkjsPlatform(
  settings: OutboundSettings,
  { bots = [], ...deps }: HttpDeps & { bots?: Bots | [] },
): Platform {
  const ours = ourUsers(bots, settings.botId);
  const api = talkjsApi(settings, deps);
  const typingNow = new Map<string, AbortController>();

  const deliver: Platform['deliver'] = async (
    { conversation, bot, text, sources, whenEmpty, choices, replyKey, mayBeOutSince },
    signal,
  ) => {
    const seat = { api, botId: botNamed(ours, bot).userId, conversation, signal };
    const pieces = toPieces(withMarks(text, sources), replyKey, whenEmpty, choices);
    const isKeyForgotten = mayBeOutSince !== undefined && deps.now() - mayBeOutSince > keyLifetimeMs;
    if (settings.typing === 'off') return isKeyForgotten ? sendMissing(seat, pieces) : send(seat, pieces);
    typingNow.get(replyKey)?.abort();
    return sendInPlace(seat, pieces, replyKey);
  };
  const quoted: Platform['quoted'] = ({ conversation, speaker }, messageId, signal) =>
    findQuoted({ api, conversation, signal }, messageId, { ours, speaker: speaker.id });
  const earlier: Platform['earlier'] = ({ conversation, speaker }, signal) =>
    listEarlier({ api, conversation, signal }, { ours, speaker: speaker.id });
  const always = { hasButtons: true, deliver, quoted, earlier, team: talkjsTeam(settings, api) };
  if (settings.typing === 'off') return always;

  const typing: Platform['typing'] = async ({ conversation, bot, replyKey }, signal) => {
    const stop = new AbortController();
    typingNow.set(replyKey, stop);
    const { userId: botId } = botNamed(ours, bot);
    const seat = { api, botId, conversation, signal: AbortSignal.any([signal, stop.signal]) };
    try {
      await postDrafts(seat, [
        { key: typingKey(replyKey), text: placeholderText, custom: { isTyping: 'true', replyKey } },
      ]);
    } catch {
      // An indicator is not worth a failed turn; whether it was posted after all, the delivery finds out.
    } finally {
      typingNow.delete(replyKey);
    }
  };
  return { ...always, typing };
}

function typingKey(replyKey: string): string {
  return `typing:${replyKey}`;
}

async function send(seat: TalkjsSeat, pieces: readonly TalkjsPiece[]): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < pieces.length; at += maxBatch) {
    ids.push(...(await sendBatch(seat, pieces.slice(at, at + maxBatch))));
  }
  return ids;
}

/** What is not in the conversation yet, by the keys that its messages carry. */
async function sendMissing(seat: TalkjsSeat, pieces: readonly TalkjsPiece[]): Promise<string[]> {
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

/**
 * The first message takes the place of the placeholder, which another process may have posted. Where none is to be seen, the
 * first message is posted under the placeholder's own key: a placeholder still on its way then never appears.
 */
async function sendInPlace(seat: TalkjsSeat, pieces: readonly TalkjsPiece[], replyKey: string): Promise<string[]> {
  const [first, ...others] = pieces;
  if (first === undefined) return [];
  const isFirst = (key: string) => key.startsWith(replyKey) && /^(?:\.1)*$/.test(key.slice(replyKey.length));
  const seen = (await findByKey(seat, isFirst)) ?? (await claim(seat, first, replyKey));
  if (seen === undefined) return send(seat, pieces);
  if (isTyping(seen)) return replace(seat, seen.id, first, others);
  return [seen.id, ...(await send(seat, [...remainder(first, seen.custom.replyKey), ...others]))];
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

async function findByKey(seat: TalkjsSeat, isKey: (replyKey: string) => boolean): Promise<Listed | undefined> {
  const own = await listOwn(seat);
  return own.find(({ custom }) => typeof custom.replyKey === 'string' && isKey(custom.replyKey));
}

/** The bot's recent messages; users can set `custom` too, so theirs do not count. */
async function listOwn(seat: TalkjsSeat): Promise<Listed[]> {
  const recent = await listRecent(seat);
  if (!Array.isArray(recent)) {
    throwIfGone(recent);
    throw new Later(`talkjs: ${nameOf(recent)}`);
  }
  return recent.filter(({ senderId }) => senderId === seat.botId);
}

function isTyping({ custom }: Listed): boolean {
  return custom.isTyping === 'true';
}

function throwIfGone({ status, errorCode, reasons, isJson }: TalkjsRefusal): void {
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
function refused({ status, errorCode, isJson }: TalkjsRefusal): Later | Permanent {
  const what = `talkjs: ${nameOf({ status, errorCode })}`;
  const isContent = isJson && (status === 400 || status === 413 || status === 422);
  return isContent ? new Permanent(what) : new Later(what);
}

function nameOf({ status, errorCode }: Pick<TalkjsRefusal, 'status' | 'errorCode'>): string {
  return errorCode ? `${status} ${errorCode}` : `${status}`;
}
