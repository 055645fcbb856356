/** Room of the operator: a turn, as it is handed out. Pure. */
import { partsOfSk } from '../store/store.ts';
import type { Turn } from '../types.ts';

/** All of it that is about people, and nothing of how we keep it; where it is for one user, without what they quote of others. */
export function viewOf(
  { sk, state, said, reply, correction, finishedAt, replyIds, into }: Turn,
  user: string | undefined,
) {
  const { createdAt, messageId } = partsOfSk(sk);
  return {
    message: messageId,
    at: timeOf(createdAt),
    state,
    said: said.map(({ createdAt: at, quote, ...one }) => ({
      ...one,
      at: timeOf(at),
      ...(quote && user === undefined ? { quote } : {}),
    })),
    ...(correction ? { changed: correction } : {}),
    ...(into ? { answeredWith: partsOfSk(into).messageId } : {}),
    ...(reply ? { answer: reply } : {}),
    ...(finishedAt === undefined ? {} : { answeredAt: timeOf(finishedAt) }),
    ...(replyIds ? { answers: replyIds } : {}),
  };
}

/** ISO 8601 of a time in ms. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
