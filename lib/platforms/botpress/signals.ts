/** Stop 3. What Botpress' Chat integration reports: one schema per signal. What a schema does not name is left out. */
import * as z from 'zod/mini';

/** Botpress' own ids have 28 to 36 characters, chosen ones 70 at most; they become keys of the table and parts of URLs. */
const id = z.string().check(
  z.minLength(1),
  z.maxLength(255),
  z.refine((text) => text.isWellFormed()),
);

/** In ms with 13 digits, 2001 to 2286: the time is the first part of a sort key and must sort as text. */
const time = z.pipe(
  z.pipe(
    z.iso.datetime({ offset: true }),
    z.transform((text: string) => Date.parse(text)),
  ),
  z.number().check(z.gte(1e12), z.lt(1e13)),
);

const json = z.record(z.string(), z.unknown());
const typed = z.looseObject({ type: z.string() });

const message = {
  id,
  createdAt: time,
  conversationId: id,
  userId: id,
  payload: typed,
  metadata: z.nullish(json),
};
const participant = z.object({ conversationId: id, participantId: id });

export const messageCreated = z.object({ ...message, isBot: z.boolean() });

/** No time, and Botpress' own ids even where the others were chosen by the app: only `id` is sure to be known. */
export const messageDeleted = z.object({ id, conversationId: id, userId: id });

/** Signals that need no answer and change no history. The streamed ones come before the `message_created` of a bot. */
export const otherSignals: ReadonlyMap<string, z.core.$ZodType> = new Map<string, z.core.$ZodType>([
  [
    'event_created',
    z.object({
      id: z.nullable(id),
      createdAt: time,
      conversationId: id,
      userId: id,
      payload: json,
      isBot: z.boolean(),
    }),
  ],
  ['participant_added', participant],
  ['participant_removed', participant],
  ['message_stream_delta', z.object({ streamId: id, conversationId: id, sequence: z.number(), delta: z.string() })],
  ['message_stream_complete', z.object({ streamId: id, message: z.object(message) })],
  ['message_stream_abort', z.object({ streamId: id, conversationId: id })],
]);

export const envelope = z.object({ type: z.string(), data: z.unknown() });
