/** Stop 7. The TalkJS REST API: a token for each request, and what a refusal says. */
import { SignJWT } from 'jose';
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import { type HttpDeps, type HttpRequest, openHttp } from '../kit/http.ts';
import type { TalkjsSettings } from './settings.ts';

export type TalkjsApiSettings = Pick<TalkjsSettings, 'appId' | 'secretKey' | 'apiUrl'>;

/** A 4xx that asking again will not change. */
export interface TalkjsRefusal {
  ok: false;
  status: number;
  errorCode: string;
  reasons: string[];
  /** Everything TalkJS itself says is JSON; what a proxy in between or a wrong URL says often is not. */
  isJson: boolean;
}

export type TalkjsAnswer = { ok: true; body: unknown } | TalkjsRefusal;

/** Its path is below `/v1/{appId}`. */
export type TalkjsRequest = Omit<HttpRequest, 'headers' | 'findDone'>;

/** Sends one request. Gives what TalkJS decided (2xx or 4xx); throws `Later` for 401-403, 429, 5xx, no network, or no answer. */
export type TalkjsApi = (request: TalkjsRequest) => Promise<TalkjsAnswer>;

/** The documentation uses 30 s; a minute leaves room for a clock that is a little behind. */
const tokenSeconds = 60;

const errorShape = z.object({ errorCode: z.optional(z.unknown()), reasons: z.optional(z.unknown()) });

/** A token that speaks for the whole app, as the REST introduction describes it; `nowMs` in milliseconds. */
export function signAppToken(settings: { appId: string; secretKey: string }, nowMs: number): Promise<string> {
  return new SignJWT({ tokenType: 'app', iss: settings.appId, exp: Math.floor(nowMs / 1000) + tokenSeconds })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(settings.secretKey));
}

/** Requests to the REST API of one TalkJS app (https://talkjs.com/docs/Reference/REST_API). Throws `Later` for outages and limits. */
export function talkjsApi(settings: TalkjsApiSettings, deps: HttpDeps): TalkjsApi {
  const http = openHttp({ name: 'talkjs', apiUrl: settings.apiUrl, problemIn }, deps);
  const headers = async () => ({ authorization: `Bearer ${await signAppToken(settings, deps.now())}` });
  return async (request) => {
    const answer = await http({ ...request, path: ['v1', settings.appId, ...request.path], headers });
    if (answer.ok) return answer;
    const { status, code, body } = answer;
    // A wrong key or an unpaid bill is mended by an operator; until then no message may be lost.
    const isOurFault = status === 401 || status === 402 || (status === 403 && !code.includes('PARTICIPANT'));
    if (isOurFault) throw new Later(`talkjs: ${code ? `${status} ${code}` : status}`);
    const error = errorShape.safeParse(body);
    const reasons = error.success && Array.isArray(error.data.reasons) ? error.data.reasons : [];
    return {
      ok: false,
      status,
      errorCode: code,
      reasons: reasons.filter((reason) => typeof reason === 'string'),
      isJson: error.success,
    };
  };
}

function problemIn(status: number, body: unknown) {
  if (status < 400) return undefined;
  const error = errorShape.safeParse(body);
  return { status, code: error.success ? toCode(error.data.errorCode) : '' };
}

/** Only what looks like a code may reach an error message: the rest of an answer may quote a user. */
function toCode(errorCode: unknown): string {
  return typeof errorCode === 'string' && /^\w{1,64}$/.test(errorCode) ? errorCode : '';
}
