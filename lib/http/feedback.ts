/** Beside the stops of /chat: what the user of a session thinks of an answer in it. */
import * as z from 'zod/mini';
import { rates, sizes } from '../bounds.ts';
import { Rejected } from '../errors.ts';
import { readJsonBody } from '../platforms/kit/json-body.ts';
import type { Rate } from '../turn/rate.ts';
import { ChatFailure } from './failure.ts';
import type { Session } from './session.ts';

export interface FeedbackDeps {
  rate: Rate;
  /** Counts one rating in the session; false when there were too many in this minute. */
  mayRate(session: Session): Promise<boolean>;
  now(): number;
}

const schema = z.object({
  turn: z.string().check(z.minLength(1), z.maxLength(sizes.idChars)),
  value: z.enum(['positive', 'negative']),
  comment: z.optional(z.string().check(z.maxLength(sizes.commentChars))),
});

const SHAPE = `Send {"turn": as the answer named it, "value": "positive" or "negative", "comment"?: at most ${sizes.commentChars} characters}.`;

/** 204; throws a `ChatFailure`. */
export async function feedback(
  { rate, mayRate, now }: FeedbackDeps,
  session: Session,
  { method }: Pick<Request, 'method'>,
  body: Uint8Array | undefined,
): Promise<Response> {
  if (method !== 'POST') throw new ChatFailure('method_not_allowed', 'POST, please.');
  const given = schema.safeParse(parseJson(body));
  if (!given.success) throw new ChatFailure('bad_request', SHAPE);
  if (!(await mayRate(session))) {
    const { ms } = rates.feedback;
    throw new ChatFailure('rate_limited', 'Too many ratings in this minute.', {
      retryAfter: Math.max(Math.ceil((ms - (now() % ms)) / 1000), 1),
    });
  }
  const { turn, value, comment } = given.data;
  const isRated = await rate({ ...session, messageId: turn }, { value, ...(comment ? { comment } : {}) });
  if (!isRated) throw new ChatFailure('not_found', 'There is no such answer among the newest 200 of this session.');
  return new Response(null, { status: 204 });
}

function parseJson(body: Uint8Array = new Uint8Array()): unknown {
  if (body.byteLength > sizes.bodyBytes) throw new ChatFailure('too_long', SHAPE);
  try {
    return readJsonBody(body);
  } catch (error) {
    if (error instanceof Rejected) throw new ChatFailure('bad_request', SHAPE);
    throw error;
  }
}
