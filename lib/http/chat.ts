/** Stops 1-7 for /chat/{sessionId} in one response: who asks, what is asked, and the answer while it grows. */
import { errorName } from '../log.ts';
import type { Forget } from '../store/forget.ts';
import { messageIdOf } from '../store/sessions.ts';
import { pickContext } from '../text/context.ts';
import type { Speech } from '../text/sentences.ts';
import type { Access } from './access.ts';
import { type AnswerDeps, type Asked, answer } from './answer.ts';
import { corsHeaders } from './cors.ts';
import { ChatFailure, responseOf, toFailure } from './failure.ts';
import { type FeedbackDeps, feedback } from './feedback.ts';
import { type Format, formatFor } from './pieces.ts';
import { readBody, readMessage } from './read-message.ts';
import { isUiBody, readUi } from './read-ui.ts';
import { resume } from './resume.ts';
import { FORGETTING, placeIn, SESSION_RULE, type Session, toSession } from './session.ts';
import { stream } from './stream.ts';
import { linesOf } from './transcript.ts';
import { openUiStream, refuseUi } from './ui-stream.ts';

export interface ChatDeps extends AnswerDeps, FeedbackDeps {
  /** Whose request it is, by its `Authorization`. */
  identify(authorization: string | null): Access | undefined;
  /** Whether anybody may ask without a key. */
  isOpen: boolean;
  allowedOrigins: readonly string[];
  /** Removes all that is kept of a session. */
  forget: Forget;
}

/** What comes with a request and is not in it. */
export interface Around {
  body: Uint8Array | undefined;
  remainingMs(): number;
  waitUntil(work: Promise<unknown>): void;
}

/** Never throws. */
export async function chat(deps: ChatDeps, request: Request, around: Around): Promise<Response> {
  const origin = request.headers.get('origin');
  const response = await respond(deps, request, around).catch((error: unknown) => responseOf(explain(deps, error)));
  for (const [name, value] of corsHeaders(origin, deps.allowedOrigins)) response.headers.set(name, value);
  return response;
}

async function respond(deps: ChatDeps, request: Request, around: Around): Promise<Response> {
  const { method, headers, url } = request;
  if (method === 'OPTIONS') return new Response(null, { status: 204 });
  if (!METHODS.has(method)) throw new ChatFailure('method_not_allowed', 'POST, GET or DELETE, please.');
  const origin = headers.get('origin');
  if (deps.isOpen && origin !== null && !deps.allowedOrigins.includes(origin)) {
    throw new ChatFailure('forbidden', `ALLOWED_ORIGINS does not name ${origin}.`);
  }
  const access = deps.identify(headers.get('authorization'));
  if (access === undefined) throw new ChatFailure('unauthorized', 'Send "Authorization: Bearer" and an access key.');
  const { pathname, searchParams } = new URL(url);
  const place = placeIn(pathname);
  if (!place) throw new ChatFailure('bad_request', SESSION_RULE);
  const { sessionId, part } = place;
  const session = toSession(access.caller, sessionId);
  if (method === 'GET' && STREAM.test(part)) return resume(deps, session, { ...around, signal: request.signal });
  if (part === 'feedback') return feedback(deps, session, request, around.body);
  if (part !== '')
    throw new ChatFailure('not_found', 'Of a session there is itself, GET …/stream and POST …/feedback.');
  if (method === 'GET') return transcript(deps, { session, sessionId, earlier: searchParams.get('before') });
  if (method === 'DELETE') return forget(deps, session, around);
  return post(deps, { session, access, headers }, around);
}

const METHODS: ReadonlySet<string> = new Set(['POST', 'GET', 'DELETE']);

/** The AI SDK asks under the id of its chat, whatever that is, behind the address it posts to. */
const STREAM = /^(?:[^/]+\/)?stream$/;

/** The keys of clients are UUIDs and the like. */
const MAX_IDEMPOTENCY_KEY = 256;

interface Post {
  session: Session;
  access: Access;
  headers: Headers;
}

function post(deps: ChatDeps, post: Post, around: Around): Promise<Response> | Response {
  const body = readBody(around.body);
  const { headers } = post;
  const speech = deps.speech({ bot: post.access.bot });
  if (!isUiBody(body)) {
    const idempotencyKey = headers.get('idempotency-key')?.trim() || undefined;
    return say(deps, post, { body, idempotencyKey, speech, format: formatFor(headers.get('accept')) }, around);
  }
  try {
    const said = readUi(body, speech);
    const format = openUiStream({ messageId: messageIdOf(said.idempotencyKey), approval: said.approval });
    return say(deps, post, { ...said, speech, format }, around);
  } catch (error) {
    return refuseUi(explain(deps, error));
  }
}

/** What is said, and how it is answered. */
type Saying = Pick<Asked, 'idempotencyKey' | 'approval' | 'isAnew'> & { body: unknown; speech: Speech; format: Format };

function say(
  deps: ChatDeps,
  { session, access: { caller, bot, context } }: Post,
  { body, speech, format, ...asked }: Saying,
  { remainingMs, waitUntil }: Around,
): Promise<Response> {
  const message = readMessage(body, { maxChars: deps.maxInputChars, speech });
  const mayTell = context.some((path) => path.startsWith('context.'));
  if (message.context && !mayTell) throw new ChatFailure('bad_request', 'This key may send no "context".');
  const told = pickContext(context, { context: message.context });
  if ((asked.idempotencyKey?.length ?? 0) > MAX_IDEMPOTENCY_KEY) {
    throw new ChatFailure('bad_request', `An Idempotency-Key has at most ${MAX_IDEMPOTENCY_KEY} characters.`);
  }
  const speaker = { id: message.user === undefined ? caller : `${caller}:${message.user}` };
  return stream({
    format,
    run: (emit) => answer(deps, { session, speaker, bot, told, message, ...asked, remainingMs }, emit),
    toFailure: (error) => explain(deps, error),
    waitUntil,
  });
}

/** As `transcript` gives it out. */
const CURSOR = /^\d{13}#[\w:-]{1,128}$/;

async function transcript(
  { sessions }: ChatDeps,
  { session, sessionId, earlier }: { session: Session; sessionId: string; earlier: string | null },
): Promise<Response> {
  if (earlier !== null && !CURSOR.test(earlier)) {
    throw new ChatFailure('bad_request', '"before" must be what another page called "earlier".');
  }
  const page = await sessions.transcript(session, earlier ?? undefined);
  const body = {
    session: sessionId,
    messages: linesOf(page.turns),
    ...(page.earlier ? { earlier: page.earlier } : {}),
  };
  return Response.json(body, { headers: { 'cache-control': 'no-store' } });
}

/** Not while a message is being answered: its answer would be stored afterwards. */
async function forget(
  { sessions, forget: removeAll, newId, now }: ChatDeps,
  session: Session,
  { remainingMs }: Around,
): Promise<Response> {
  const holder = newId();
  if (!(await sessions.occupy(session, { holder, messageId: FORGETTING, until: now() + remainingMs() }))) {
    throw new ChatFailure('busy', 'A message of this session is being answered. Wait for its end.', { retryAfter: 1 });
  }
  await removeAll(session).catch(async (error: unknown) => {
    await sessions.vacate(session, holder).catch(() => {});
    throw error;
  });
  return new Response(null, { status: 204 });
}

/** What nobody foresaw is logged, and told without details. */
function explain({ log }: ChatDeps, error: unknown): ChatFailure {
  const failure = toFailure(error);
  if (failure?.code === 'unauthorized') log('request-refused', { reason: failure.code });
  if (failure && !(failure.cause instanceof Error && failure.code === 'unavailable')) return failure;
  log('chat-failed', {
    error: errorName(error),
    reason: failure?.cause instanceof Error ? failure.cause.message : undefined,
  });
  return failure ?? new ChatFailure('unavailable', 'Something went wrong. Send the message again later.');
}
