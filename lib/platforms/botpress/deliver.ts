/** Stop 7. Posts an answer as our chat user of the Botpress cloud: in order, and once as far as an API without idempotency keys allows. */
import { Later, Undeliverable } from '../../errors.ts';
import type { Platform } from '../../types.ts';
import type { HttpDeps } from '../kit/http.ts';
import { botpressApi, type Settled } from './api.ts';
import { listEarlier } from './earlier.ts';
import { isForbidden, join } from './join.ts';
import { signUserKey } from './keys.ts';
import { toParts, withChoices } from './parts.ts';
import { type BotpressSeat, findSent, idOf, postPart } from './seat.ts';
import type { BotpressSettings } from './settings.ts';

/** An app that adds us right after the first message needs a moment for it. */
const invitationMs = 5_000;
/** For the one request that makes our user and its quick retry. */
const introductionMs = 25_000;

/** A conversation in which somebody is to be answered. */
interface Visit {
  seat: BotpressSeat;
  /** The user who is answered. */
  to: string | undefined;
  isRepeat: boolean;
}

/** The outbound half of Botpress. */
export function botpressPlatform(settings: Omit<BotpressSettings, 'webhookSecret'>, deps: HttpDeps): Platform {
  const { botUserId, credential } = settings;
  const api = botpressApi(settings.apiUrl, deps);
  let introduced: Promise<void> | undefined;

  async function ownKey(): Promise<string> {
    return 'userKey' in credential ? credential.userKey : signUserKey(botUserId, credential.encryptionKey, deps.now());
  }

  /** Our user must exist before it can take part in anything; asked once per process. */
  function introduce(): Promise<void> {
    introduced ??= createUser().catch((error: unknown) => {
      introduced = undefined;
      throw error;
    });
    return introduced;
  }

  async function createUser(): Promise<void> {
    const answer = await api({
      method: 'POST',
      path: ['users', 'get-or-create'],
      body: {}, // leaves name and picture as the operator has set them
      userKey: await ownKey(),
      signal: AbortSignal.timeout(introductionMs),
    });
    if (answer.kind === 'refused') throw new Later(`botpress: our user: ${answer.type}`);
  }

  /** What only a participant may do; joins where that is refused, and does it again. Throws for any other refusal. */
  async function asParticipant<T>(visit: Visit, act: () => Promise<Settled<T>>): Promise<T> {
    const first = await act();
    const answer = isForbidden(first) && (await invite(visit)) ? await act() : first;
    if (answer.kind === 'done') return answer.body;
    if (isForbidden(answer) && !visit.isRepeat)
      throw new Later('botpress: not a participant yet', { afterMs: invitationMs });
    throw new Undeliverable(`botpress: ${answer.type}`);
  }

  async function invite({ seat, to }: Visit): Promise<boolean> {
    if (to === undefined || !('encryptionKey' in credential)) return false;
    const answer = await join(seat, { encryptionKey: credential.encryptionKey, to, now: deps.now });
    if (answer.kind === 'refused' && answer.type === 'ReferenceNotFound') {
      introduced = undefined;
      throw new Later('botpress: our user is gone');
    }
    return answer.kind === 'done';
  }

  return {
    hasButtons: true,
    sendsAlone: true,

    earlier: async ({ conversation, speaker }, signal) => {
      const encryptionKey = 'encryptionKey' in credential ? credential.encryptionKey : undefined;
      const userKey = await (encryptionKey ? signUserKey(speaker.id, encryptionKey, deps.now()) : ownKey());
      return listEarlier({ api, conversation, botUserId, userKey, signal }, speaker.id);
    },

    deliver: async ({ conversation, text, sources, whenEmpty, choices, replyKey, to, mayBeOutSince }, signal) => {
      await introduce();
      const seat = { api, conversation, botUserId, userKey: await ownKey(), signal };
      const visit = { seat, to, isRepeat: mayBeOutSince !== undefined };
      const parts = withChoices(toParts(text, replyKey, whenEmpty, { sources }), choices);
      const wanted = new Set(parts.map(({ replyId }) => replyId));
      const sent = visit.isRepeat ? await asParticipant(visit, () => findSent(seat, wanted, mayBeOutSince)) : undefined;
      const ids: string[] = [];
      for (const part of parts) {
        const id = sent?.get(part.replyId) ?? idOf(await asParticipant(visit, () => postPart(seat, part)));
        if (id !== undefined) ids.push(id);
      }
      return ids;
    },
  };
}
