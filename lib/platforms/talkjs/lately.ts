/** Reconciling. What was said at TalkJS lately, asked for over REST and read as if it had come by webhook. */
import * as z from 'zod/mini';
import { Later, Rejected } from '../../errors.ts';
import type { Ignored, Intervened, Sent } from '../../types.ts';
import type { TalkjsAnswer, TalkjsApi } from './api.ts';
import { type ParseOptions, parseSent } from './parse.ts';
import { type Reaction, readReactions } from './reactions.ts';

export interface ActiveConversation {
  id: string;
  /** As the API gives it. */
  raw: unknown;
  /** When somebody last wrote (ms), if the API says so. */
  lastMessageAt: number | undefined;
  hasBot: boolean;
}

/** A message of a user; those of the bot and of the system are none. */
export interface SaidLately {
  id: string;
  senderId: string;
  createdAt: number;
  /** As the API gives it. */
  message: unknown;
}

/** A message of ours, and how users reacted to it. */
export interface Reacted {
  id: string;
  /** What names the answer that it is a part of. */
  answer: string;
  /** As the API gives them. */
  reactions: unknown;
}

export interface ConversationLately {
  said: SaidLately[];
  reacted: Reacted[];
  /** The ids of the messages that answers of ours name. */
  answered: ReadonlySet<string>;
}

export type Lately = ReturnType<typeof talkjsLately>;

/** TalkJS refuses more than 30 conversations and more than 100 messages at once. */
const conversationsPerPage = 30;
const messagesPerPage = 100;

const pageShape = z.object({ data: z.array(z.unknown()) });
const stamp = z.nullish(z.object({ createdAt: z.nullish(z.number()) }));
const conversationShape = z.object({
  id: z.string().check(z.minLength(1)),
  participants: z.nullish(z.record(z.string(), z.unknown())),
  lastMessage: z.catch(stamp, undefined),
});
const messageShape = z.object({
  id: z.string().check(z.minLength(1)),
  type: z.string(),
  senderId: z.nullish(z.string()),
  createdAt: z.number(),
  custom: z.nullish(z.record(z.string(), z.unknown())),
  reactions: z.optional(z.unknown()),
});

/** Each call of a function is one request or a few; all throw `Later` when TalkJS does not answer, or has had enough of us. */
export function talkjsLately(options: ParseOptions, api: TalkjsApi) {
  const get = (path: readonly string[], query: Record<string, string>, signal: AbortSignal) =>
    api({ method: 'GET', path, query, signal });

  return {
    /**
     * A page of the conversations in which somebody wrote at `since` (ms) or later, the one that has been quiet longest first: a caller
     * that goes on from the time of the last one misses none, since a conversation only ever moves to the end. `after` goes on by the id
     * instead, where no time is told.
     */
    async active(since: number, after: string | undefined, signal: AbortSignal): Promise<ActiveConversation[]> {
      const query = {
        limit: `${conversationsPerPage}`,
        orderBy: 'lastActivity',
        orderDirection: 'ASC',
        filter: JSON.stringify({ lastMessageTs: ['>', since - 1] }),
        ...(after === undefined ? {} : { startingAfter: after }),
      };
      return listOf(await get(['conversations'], query, signal)).flatMap((conversation) => {
        const parsed = conversationShape.safeParse(conversation);
        if (!parsed.success) return [];
        const { id, participants, lastMessage } = parsed.data;
        const hasBot = !participants || options.ours.some(({ userId }) => Object.hasOwn(participants, userId));
        return [{ id, raw: conversation, lastMessageAt: lastMessage?.createdAt ?? undefined, hasBot }];
      });
    },
    /** Whether none follows. */
    isLastPage: (page: readonly ActiveConversation[]) => page.length < conversationsPerPage,

    /** What was said in a conversation from `since` (ms) on, newest first. `ask` is called before each request. */
    async since(id: string, since: number, ask: () => Promise<AbortSignal>): Promise<ConversationLately> {
      const said: SaidLately[] = [];
      const reacted: Reacted[] = [];
      const answered = new Set<string>();
      for (let after: string | undefined; ; ) {
        const query = { limit: `${messagesPerPage}`, ...(after === undefined ? {} : { startingAfter: after }) };
        const answer = await get(['conversations', id, 'messages'], query, await ask());
        // Deleted in the meantime.
        const page = answer.ok || answer.status !== 404 ? listOf(answer) : [];
        const messages = page.flatMap((message) => {
          const parsed = messageShape.safeParse(message);
          return parsed.success ? [{ ...parsed.data, message }] : [];
        });
        for (const { id, type, senderId, createdAt, custom, reactions, message } of messages) {
          if (options.ours.some(({ userId }) => userId === senderId)) {
            const answers = answeredBy(custom?.replyKey);
            for (const key of answers) answered.add(key);
            reacted.push({ id, answer: answers[0] ?? id, reactions });
          } else if (type === 'UserMessage' && senderId && createdAt >= since)
            said.push({ id, senderId, createdAt: Math.floor(createdAt), message });
        }
        after = messages.at(-1)?.id;
        const isFarEnough = (messages.at(-1)?.createdAt ?? 0) < since;
        if (page.length < messagesPerPage || isFarEnough || after === undefined) return { said, answered, reacted };
      }
    },

    /** What those who take part in the conversation think of a message of ours; `unknown` for a shape that is not understood. */
    reactionTo(conversation: ActiveConversation, reactions: unknown): Reaction | 'none' | 'unknown' {
      const { participants } = conversationShape.safeParse(conversation.raw).data ?? {};
      const counts = (id: string) =>
        !options.ours.some(({ userId }) => userId === id) && (!participants || Object.hasOwn(participants, id));
      return readReactions(reactions, counts);
    },

    /** The profile of a user as the API gives it; nothing when the user is gone. */
    async user(id: string, signal: AbortSignal): Promise<unknown> {
      const answer = await get(['users', id], {}, signal);
      return answer.ok ? answer.body : undefined;
    },

    /** The message as its webhook would have given it, or why there is nothing to do. */
    read(conversation: unknown, message: unknown, sender: unknown): Sent | Intervened | Ignored {
      try {
        return parseSent({ conversation, message, sender, mentionedUserIds: [] }, options);
      } catch (error) {
        if (error instanceof Rejected) return { ignored: 'unknown shape' };
        throw error;
      }
    },
  };
}

function listOf(answer: TalkjsAnswer): unknown[] {
  if (!answer.ok) throw new Later(`talkjs: ${answer.status} ${answer.errorCode}`.trim());
  const page = pageShape.safeParse(answer.body);
  if (!page.success) throw new Later('talkjs: a list in an unknown shape');
  return page.data.data;
}

/** `reply:<message id>:<generation>`, and more behind it where an answer has several parts; an id may hold colons, too. */
function answeredBy(replyKey: unknown): string[] {
  if (typeof replyKey !== 'string') return [];
  const readings = [/^reply:(.+?):\d+(?:[.:].*)?$/, /^reply:(.+):\d+(?:[.:].*)?$/];
  return readings.flatMap((reading) => reading.exec(replyKey)?.[1] ?? []);
}
