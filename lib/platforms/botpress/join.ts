/** Stop 7. Takes our chat user into a conversation. Only its owner may add anybody, so we act as the owner where we can sign for that user. */
import * as z from 'zod/mini';
import type { Settled } from './api.ts';
import { signUserKey } from './keys.ts';
import type { BotpressSeat } from './seat.ts';

export interface Inviter {
  encryptionKey: string;
  /** The user who is answered: most often the owner, always somebody who is there. */
  to: string;
  now(): number;
}

/** A page of participants has as many as this; in a larger crowd the app itself should add us. */
const maxCandidates = 20;

const participantsShape = z.object({ participants: z.array(z.object({ id: z.string() })) });

/**
 * The last answer of Botpress: done when we are a participant now. Which participant the owner is, the API does not tell: it is the
 * one who does not get a `Forbidden`.
 */
export async function join(seat: BotpressSeat, inviter: Inviter): Promise<Settled> {
  const first = await addAs(seat, inviter, inviter.to);
  if (!isForbidden(first)) return first;
  for (const candidate of await othersIn(seat, inviter)) {
    const answer = await addAs(seat, inviter, candidate);
    if (!isForbidden(answer)) return answer;
  }
  return first;
}

/** Whether Botpress refused because we do not take part. */
export function isForbidden(answer: Settled): boolean {
  return answer.kind === 'refused' && answer.type === 'Forbidden';
}

async function addAs(seat: BotpressSeat, { encryptionKey, now }: Inviter, userId: string): Promise<Settled> {
  return seat.api({
    method: 'POST',
    path: ['conversations', seat.conversation, 'participants'],
    body: { userId: seat.botUserId },
    userKey: await signUserKey(userId, encryptionKey, now()),
    signal: seat.signal,
  });
}

async function othersIn(seat: BotpressSeat, { encryptionKey, to, now }: Inviter): Promise<string[]> {
  const answer = await seat.api({
    method: 'GET',
    path: ['conversations', seat.conversation, 'participants'],
    userKey: await signUserKey(to, encryptionKey, now()),
    signal: seat.signal,
  });
  const parsed = participantsShape.safeParse(answer.kind === 'done' ? answer.body : undefined);
  const ids = parsed.success ? parsed.data.participants.map(({ id }) => id) : [];
  return ids.filter((id) => id !== to && id !== seat.botUserId).slice(0, maxCandidates);
}
