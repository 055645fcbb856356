/** Stop 3 for /chat: a request's body → the message in it, or what is wrong with it. */
import * as z from 'zod/mini';
import { sizes } from '../bounds.ts';
import { beyondBounds, readJsonBody } from '../platforms/kit/json-body.ts';
import { guard } from '../text/guard.ts';
import type { Speech } from '../text/sentences.ts';
import { isSound } from '../turn/bound.ts';
import type { Attachment } from '../types.ts';
import { ChatFailure } from './failure.ts';
import { isUiBody } from './read-ui.ts';

export interface ChatMessage {
  message: string;
  user?: string | undefined;
  attachments: Attachment[];
  /** What the bot is told besides, where the key may. */
  context?: Record<string, unknown>;
}

const schema = z.object({
  context: z.optional(z.record(z.string(), z.unknown())),
  message: z.string(),
  user: z.optional(z.string().check(z.minLength(1), z.maxLength(128), z.refine(isSound))),
  attachments: z.optional(
    z
      .array(
        z.object({
          url: z.string().check(
            z.regex(/^https?:\/\/\S+$/),
            z.refine((url) => Buffer.byteLength(url) <= sizes.linkBytes),
          ),
          name: z.optional(z.string()),
        }),
      )
      .check(z.maxLength(10)),
  ),
});

/** The message in a body that was read. Throws a `ChatFailure`, 400 or 413. `maxChars` is the longest message that is read, 0 for no limit. */
export function readMessage(body: unknown, { maxChars, speech }: { maxChars: number; speech: Speech }): ChatMessage {
  const found = schema.safeParse(body);
  if (!found.success) throw new ChatFailure('bad_request', describe(found.error.issues[0]?.path ?? []));
  const { user, context, attachments = [] } = found.data;
  const message = found.data.message.toWellFormed();
  const guarded = guard(message, { maxChars, hasFiles: attachments.length > 0 });
  if ('sentence' in guarded) {
    throw new ChatFailure(guarded.reason === 'too long' ? 'too_long' : 'bad_request', guarded.sentence(speech));
  }
  return {
    message,
    user,
    ...(context ? { context } : {}),
    attachments: attachments.map(({ url, name }) => ({ url, ...(name ? { name } : {}) })),
  };
}

/** A request's body. Throws a `ChatFailure`, 400 or 413. */
export function readBody(body: Uint8Array | undefined): unknown {
  const bytes = body?.byteLength ?? 0;
  if (bytes > sizes.uiBodyBytes) throw tooLong(sizes.uiBodyBytes);
  const value = parseJson(body);
  if (bytes > sizes.bodyBytes && !isUiBody(value)) throw tooLong(sizes.bodyBytes);
  return value;
}

function tooLong(bytes: number): ChatFailure {
  return new ChatFailure('too_long', `The body is over ${bytes / 1024} KB.`);
}

function parseJson(body: Uint8Array = new Uint8Array()): unknown {
  try {
    return readJsonBody(body);
  } catch {
    const beyond = beyondBounds(body);
    if (beyond) throw new ChatFailure('bad_request', `The body ${beyond}; of "messages" the newest is enough.`);
    throw new ChatFailure('bad_request', 'The body must be JSON: {"message": "…"}.');
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  message: '"message" must be a text.',
  context: '"context" must be an object.',
  user: '"user" must be a text of 1 to 128 characters, none of them a control character.',
  attachments: '"attachments" must be a list of at most 10 {"url": "https://…", "name"?: "…"}.',
};

function describe([field]: readonly PropertyKey[]): string {
  return EXPECTED[String(field)] ?? 'The body must be a JSON object: {"message": "…"}.';
}
