/** Stop 7. The Chat API of the Botpress cloud: who is calling, and what its answers mean. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import { type Answer, type HttpDeps, type HttpRequest, openHttp } from '../kit/http.ts';

export type Settled<T = unknown> = Done<T> | BotpressRefusal;

export interface Done<T> {
  kind: 'done';
  body: T;
}

/** Botpress decided, and will decide the same next time. */
export interface BotpressRefusal {
  kind: 'refused';
  /** One of Botpress' error types, such as `Forbidden`. */
  type: string;
}

/** Its path is below the webhook id. */
export interface BotpressRequest extends Omit<HttpRequest, 'headers' | 'findDone'> {
  /** The `x-user-key`: who is calling. */
  userKey: string;
  findDone?: () => Promise<Settled | undefined>;
}

/** Gives what Botpress decided; throws `Later` for everything that an operator or time can mend. */
export type BotpressApi = (request: BotpressRequest) => Promise<Settled>;

/** A page of long messages stays under it. */
const maxBytes = 4 * 1024 * 1024;

/** An error of the API itself has all four keys; anything less is a wrong URL or something in between. */
const errorShape = z.object({
  id: z.string(),
  code: z.number().check(z.gte(400), z.lt(600)),
  type: z.string().check(z.regex(/^\w{1,64}$/)),
  message: z.string(),
});

/** What is about the request itself. Everything else (keys, bills, quotas, locks) somebody can mend. */
const finalTypes = new Set([
  'InvalidPayload',
  'InvalidJsonSchema',
  'InvalidDataFormat',
  'InvalidIdentifier',
  'InvalidQuery',
  'ReferenceNotFound',
  'Forbidden',
  'ResourceNotFound',
  'ResourceGone',
  'PayloadTooLarge',
  'LimitExceeded',
]);

/** `apiUrl` holds the webhook id. */
export function botpressApi(apiUrl: string, deps: HttpDeps): BotpressApi {
  const http = openHttp({ name: 'botpress', apiUrl, maxBytes, problemIn }, deps);
  return async ({ userKey, findDone, ...request }) => {
    const answer = await http({
      ...request,
      headers: () => ({ 'x-user-key': userKey }),
      ...(findDone ? { findDone: async () => toAnswer(await findDone()) } : {}),
    });
    if (answer.ok) return { kind: 'done', body: answer.body };
    const { status, code } = answer;
    if (finalTypes.has(code)) return { kind: 'refused', type: code };
    throw new Later(`botpress: ${status} ${code || 'no API error'}`);
  };
}

/** An error may come with status 200, says the documentation: what the body says, counts. */
function problemIn(status: number, body: unknown) {
  const error = errorShape.safeParse(body);
  if (error.success) return { status: error.data.code, code: error.data.type };
  return status < 400 ? undefined : { status, code: '' };
}

/** What was found is the answer that did not come. A refusal to look is none: then the retry itself is refused. */
function toAnswer(found: Settled | undefined): Answer | undefined {
  return found?.kind === 'done' ? { ok: true, body: found.body } : undefined;
}
