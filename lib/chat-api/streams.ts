/** The Chat API server: its two streams, of a conversation and of a window. Each holds a function, so it needs a lease. */
import { randomUUID } from 'node:crypto';
import type { Log } from '../log.ts';
import type { StoredConversation } from '../store/chat-api/conversations.ts';
import { asParticipant, type ChatApi } from './api.ts';
import { ApiError } from './api-error.ts';
import { listen, type Voice } from './listen.ts';
import { noteError } from './note-error.ts';
import { plainVoice } from './plain-voice.ts';
import { closedVisit, openVisit, type Visitor } from './visit.ts';
import { closedText, windowVoice } from './window-voice.ts';

/** The function that holds it, and its client. */
export interface Surroundings {
  /** Until the function is stopped (ms). */
  remainingMs(): number;
  atEnd(work: () => Promise<unknown>): void;
  /** The client is gone. */
  signal: AbortSignal;
}

/** Time (ms) to end a stream in good order before the function is stopped. */
const CLOSING_MS = 3_000;

/** How long (ms) to wait for a stream when there are too many: some end every few seconds. */
const WAIT_MS = 10_000;

interface Listener {
  userId: string;
  conversation: StoredConversation;
  voice: Voice;
  /** Whether the user may go on listening. */
  isParticipant(): Promise<boolean>;
}

/** The streams of one server. */
export function openStreams(api: ChatApi, log: Log) {
  /** Gives when the stream has to end (ms); throws `RateLimited` when there are as many as there may be. */
  async function lease(userId: string, conversationKey: string, around: Surroundings): Promise<number> {
    const until = api.now() + around.remainingMs();
    const end = await api.streams.take({ userId, conversationKey }, randomUUID(), until);
    if (!end)
      throw new ApiError('RateLimited', 'Too many streams are open, try again later', { retryAfterMs: WAIT_MS });
    around.atEnd(end);
    return until - CLOSING_MS;
  }

  function signalsFor({ userId, conversation, voice, isParticipant }: Listener, closesAt: number, signal: AbortSignal) {
    const deps = { signals: api.signals, share: api.share, now: api.now, isParticipant, log };
    return toResponse(listen(deps, { conversation, userId, voice, closesAt, signal }));
  }

  return {
    /** Throws an `ApiError`, and no other. */
    async ofConversation(asked: { caller: string; id: string; lastEventId: string | undefined }, around: Surroundings) {
      const { caller: userId, id, lastEventId } = asked;
      const { conversation } = await asParticipant(api, userId, id, 'conversation').catch(quietRefusal);
      const closesAt = await lease(userId, conversation.key, around).catch(quietRefusal);
      const voice = plainVoice({ signals: api.signals, now: api.now, key: conversation.key, lastEventId });
      const isParticipant = async () => {
        const { user, conversation: now, isParticipant } = await api.conversations.look(userId, id);
        return isParticipant && now?.key === conversation.key && user?.isDeleted === false;
      };
      return signalsFor({ userId, conversation, voice, isParticipant }, closesAt, around.signal);
    },

    /** Never throws, and is always 200: after anything else the window waits for ever. `locale` is the visitor's. */
    async ofWindow(visitor: Visitor, locale: string | undefined, around: Surroundings): Promise<Response> {
      try {
        const visit = await openVisit(api, visitor);
        const { user, conversation } = visit;
        const closesAt = await lease(user.id, conversation.key, around);
        const voice = await windowVoice(api, visit);
        const isParticipant = async () => {
          // What the table does not tell now, it tells when it is asked next.
          const now = await api.conversations.look(user.id, conversation.id).catch(() => undefined);
          if (!now || now.user?.isDeleted) return !now;
          return now.conversation ? now.isParticipant && now.conversation.key === conversation.key : !visit.isKept;
        };
        return signalsFor({ userId: user.id, conversation, voice, isParticipant }, closesAt, around.signal);
      } catch (error) {
        const { type } = noteError(log, error);
        const { signIn, notNow } = api.speech(locale);
        const sentence = type === 'Unauthorized' ? signIn : notNow;
        return toResponse([closedText(await closedVisit(api, visitor), sentence, api.now())]);
      }
    },
  };
}

function toResponse(pieces: Iterable<string> | AsyncIterable<string>): Response {
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };
  return new Response(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()), { headers });
}

/** The library under the client's stream tries again for ever after 500, 502, 503 and 504, and gives up after any other status. */
function quietRefusal(error: unknown): never {
  if (error instanceof ApiError) throw error;
  throw new ApiError('RateLimited', 'Not available, try again later', { cause: error });
}
