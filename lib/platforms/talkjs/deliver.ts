/** Stop 7. Posts an answer as the TalkJS bot: once, in order, in place of the typing placeholder when there is one. */
import { botNamed } from '../../bots/identity.ts';
import { rates } from '../../bounds.ts';
import { withMarks } from '../../text/source-marks.ts';
import type { Platform, Seat } from '../../types.ts';
import type { HttpDeps } from '../kit/http.ts';
import type { Bots, OutboundDeps } from '../kit/manifest.ts';
import { type TalkjsApi, type TalkjsApiSettings, talkjsApi } from './api.ts';
import { listEarlier } from './earlier.ts';
import { openGrowing } from './grow.ts';
import { editPlaceholder, postPlaceholder, removePlaceholder, sendIfPlaced, sendInPlace } from './in-place.ts';
import { ourUsers } from './our-users.ts';
import { toPieces } from './pieces.ts';
import { send, sendMissing } from './posting.ts';
import { findQuoted } from './quoted.ts';
import type { TalkjsSettings } from './settings.ts';
import { talkjsTeam } from './team.ts';

type OutboundSettings = TalkjsApiSettings &
  Pick<TalkjsSettings, 'botId' | 'typing'> &
  Partial<Pick<TalkjsSettings, 'humanRoles'>>;

type Deps = HttpDeps & Partial<Pick<OutboundDeps, 'share'>> & { bots?: Bots | [] };

/** TalkJS honours an idempotency key for 24 hours; this (ms) leaves room for clocks and for the request itself. */
const keyLifetimeMs = 20 * 60 * 60 * 1000;

/** The outbound half of TalkJS. */
export function talkjsPlatform(
  settings: OutboundSettings,
  { bots = [], share = async () => true, ...deps }: Deps,
): Platform {
  const ours = ourUsers(bots, settings.botId);
  /** Requests that the app's share has not heard of, and the window that they were sent in. */
  let uncounted = 0;
  let window = 0;
  /** What was sent before the window takes no room in it; more than it has room for would never be heard of. */
  const sent = (requests: number) => {
    const now = Math.floor(deps.now() / rates.platformEdit.ms);
    uncounted = (now === window ? uncounted : 0) + requests;
    window = now;
    return uncounted;
  };
  const uncountedApi = talkjsApi(settings, deps);
  const api: TalkjsApi = (request) => {
    sent(1);
    return uncountedApi(request);
  };
  const typingNow = new Map<string, AbortController>();
  /** Ids of the placeholders that may grow, and the replies whose last edit got no answer. */
  const placed = new Map<string, Promise<string | undefined>>();
  const unheard = new Set<string>();
  const seatOf = ({ conversation, bot }: Omit<Seat, 'replyKey'>, signal: AbortSignal) => {
    return { api, botId: botNamed(ours, bot).userId, conversation, signal };
  };

  const deliver: Platform['deliver'] = async (
    { text, sources, whenEmpty, choices, replyKey, placeKey = replyKey, isRepeat, mayBeOutSince, ...seat },
    signal,
  ) => {
    const at = seatOf(seat, signal);
    const pieces = toPieces(withMarks(text, sources), replyKey, whenEmpty, choices);
    const keys = { replyKey, placeKey };
    if (settings.typing === 'off') {
      const isKeyForgotten = mayBeOutSince !== undefined && deps.now() - mayBeOutSince > keyLifetimeMs;
      const ids = isRepeat ? await sendIfPlaced(at, pieces, keys) : undefined;
      return ids ?? (isKeyForgotten ? sendMissing(at, pieces) : send(at, pieces));
    }
    typingNow.get(replyKey)?.abort();
    const ids = await sendInPlace(at, pieces, keys);
    // What nobody heard the end of may have come behind the answer: looked at again, and put right.
    return unheard.delete(placeKey) ? sendInPlace(at, pieces, keys) : ids;
  };
  const quoted: Platform['quoted'] = ({ conversation, speaker }, messageId, signal) =>
    findQuoted({ api, conversation, signal }, messageId, { ours, speaker: speaker.id });
  const earlier: Platform['earlier'] = ({ conversation, speaker }, signal) =>
    listEarlier({ api, conversation, signal }, { ours, speaker: speaker.id });
  const always = { hasButtons: true, deliver, quoted, earlier, team: talkjsTeam(settings, api) };
  if (settings.typing === 'off') return always;

  const typing: Platform['typing'] = async ({ replyKey, ...seat }, signal) => {
    const stop = new AbortController();
    typingNow.set(replyKey, stop);
    // An indicator is not worth a failed turn; whether it was posted after all, the delivery finds out.
    const posting = postPlaceholder(seatOf(seat, AbortSignal.any([signal, stop.signal])), replyKey).catch(
      () => undefined,
    );
    placed.set(replyKey, posting);
    await posting;
    typingNow.delete(replyKey);
    placed.delete(replyKey);
  };
  const clear: Platform['clear'] = ({ replyKey, ...seat }, signal) => removePlaceholder(seatOf(seat, signal), replyKey);
  if (settings.typing === 'placeholder') return { ...always, typing, clear };

  /** Counts what was sent besides since the last time. */
  async function mayEdit(): Promise<boolean> {
    const besides = sent(0);
    uncounted = 0;
    const isAllowed = await share(besides + 1).catch(() => false);
    if (!isAllowed) sent(besides);
    return isAllowed;
  }

  const stream: Platform['stream'] = ({ replyKey, ...seat }) =>
    openGrowing({
      messageId: placed.get(replyKey) ?? Promise.resolve(undefined),
      edit: (id, text, signal) => editPlaceholder({ ...seatOf(seat, signal), api: uncountedApi }, id, text),
      mayEdit,
      now: deps.now,
      onUnheard: () => unheard.add(replyKey),
    });
  return { ...always, typing, clear, stream };
}
