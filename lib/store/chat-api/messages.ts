/** The table, of the Chat API: messages and events, in the order of their conversation; found by id without an index, since the id says where. */

import { type ConversationRef, type ThingKind, thingId, whereIs } from '../../chat-api/ids.ts';
import { type Event, isoTime, type Payload, type WireMessage } from '../../chat-api/models.ts';
import type { Item, Key, Table } from '../items.ts';
import { PAGE } from './conversations.ts';

export interface Stored {
  id: string;
  /** ms */
  createdAt: number;
  conversationId: string;
  userId: string;
  /** An event's payload is any JSON object, a message's one of the 12. */
  payload: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  /** Of the bot's: the id of the message that it answers. */
  answers?: string;
}

export type Messages = ReturnType<typeof openMessages>;

const DAY_SECONDS = 24 * 3600;

/** Messages and events of a conversation, newest first, kept as long as the turns. Throws `Later` when the table does not answer. */
export function openMessages(table: Table, now: () => number, keptDays: number) {
  return {
    /** False when it was there already. */
    async add(
      kind: ThingKind,
      { id, createdAt, conversationId, userId, payload, metadata, answers }: Stored,
    ): Promise<boolean> {
      // As text: a JSON number may be larger, and a JSON object deeper, than DynamoDB takes.
      const body = JSON.stringify({ payload, metadata });
      const expiresAt = Math.floor(now() / 1000) + keptDays * DAY_SECONDS;
      const more = answers === undefined ? {} : { answers };
      return table.add({ ...placeOf(kind, id), createdAt, conversationId, userId, body, ...more, expiresAt });
    },

    /** Payload and metadata in the place of those before; false when it is gone. */
    async change(kind: ThingKind, { id, payload, metadata }: Stored): Promise<boolean> {
      return table.update(placeOf(kind, id), {
        UpdateExpression: 'SET body = :body',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':body': JSON.stringify({ payload, metadata }) },
      });
    },

    async find(kind: ThingKind, id: string): Promise<Stored | undefined> {
      if (!whereIs(kind, id)) return undefined;
      const [item] = await table.read([placeOf(kind, id)]);
      return item && toStored(kind, item);
    },

    /** False when it was gone already. */
    async remove(kind: ThingKind, id: string): Promise<boolean> {
      return table.remove(placeOf(kind, id));
    },

    /** Messages, the newest first. */
    async list({ key }: ConversationRef, after: string | undefined) {
      const { items, next } = await table.list({
        pk: messagesOf(key),
        prefix: PREFIX.msg,
        newestFirst: true,
        limit: PAGE,
        after,
      });
      return { messages: items.map((item) => toStored('msg', item)), next };
    },

    /** Messages, then events, each oldest first; behind the place `from`, which each of them tells as `at`. */
    async *all({ key }: ConversationRef, from?: string) {
      for (const kind of KINDS) {
        if (from !== undefined && KINDS.indexOf(kind) < KINDS.findIndex((one) => from.startsWith(one))) continue;
        let after = from?.startsWith(kind) ? from.slice(kind.length + 1) : undefined;
        do {
          const { items, next } = await table.list({ pk: messagesOf(key), prefix: PREFIX[kind], limit: PAGE, after });
          for (const item of items)
            yield { kind, stored: toStored(kind, item), at: `${kind}:${item.sk.slice(PREFIX[kind].length)}` } as const;
          after = next;
        } while (after !== undefined);
      }
    },

    /** Removes what the user said up to `at` (ms), and what has one of `ids`; gives the ids of what is gone. */
    async removeOf({ key }: ConversationRef, userId: string, ids: ReadonlySet<string>, at: number): Promise<string[]> {
      const gone: string[] = [];
      for (let after: string | undefined; ; ) {
        const { items, next } = await table.query({ pk: messagesOf(key), from: ' ', to: '~', after });
        const theirs = items.filter((item) => {
          if (ids.has(String(item.messageId))) return true;
          const kind = item.sk.startsWith(PREFIX.msg) ? 'msg' : item.sk.startsWith(PREFIX.evt) ? 'evt' : undefined;
          if (kind === undefined) return false;
          const { id, createdAt } = toStored(kind, item);
          const isTheirs = ids.has(id) || (item.userId === userId && createdAt <= at);
          if (isTheirs) gone.push(id);
          return isTheirs;
        });
        await table.removeAll(theirs);
        if (next === undefined) return gone;
        after = next;
      }
    },

    clear({ key }: ConversationRef, hasTime?: () => boolean): Promise<boolean> {
      return table.clear({ pk: messagesOf(key), from: ' ', to: '~' }, hasTime);
    },
  };
}

/** `payload` was checked when it came in. */
export function toMessage({ createdAt, payload, metadata, answers: _, ...rest }: Stored): WireMessage {
  const known = payload as Payload;
  return { ...rest, createdAt: isoTime(createdAt), payload: known, ...(metadata ? { metadata } : {}) };
}

/** As a client sees it. */
export function toEvent({ id, createdAt, conversationId, userId, payload }: Stored): Event {
  return { id, createdAt: isoTime(createdAt), conversationId, userId, payload };
}

/** Where the messages and events of a conversation lie, and what was decided about them. */
export function messagesOf(conversationKey: string): string {
  return `CHAT-MESSAGES#${conversationKey}`;
}

function placeOf(kind: ThingKind, id: string): Key {
  const place = whereIs(kind, id);
  return { pk: messagesOf(place?.key ?? ''), sk: `${PREFIX[kind]}${place?.ulid ?? ''}` };
}

const KINDS = ['msg', 'evt'] as const satisfies ThingKind[];
const PREFIX = { msg: 'M#', evt: 'E#' } as const satisfies Record<ThingKind, string>;

/** Our own items, written above: taken as they are. */
function toStored(kind: ThingKind, { pk, sk, createdAt, conversationId, userId, body, answers }: Item): Stored {
  const key = pk.slice(messagesOf('').length);
  const { payload, metadata } = JSON.parse(String(body)) as Pick<Stored, 'payload' | 'metadata'>;
  return {
    id: `${kind}_${sk.slice(PREFIX[kind].length)}${key}`,
    createdAt: Number(createdAt),
    conversationId: String(conversationId),
    userId: String(userId),
    payload,
    ...(metadata ? { metadata } : {}),
    ...(answers ? { answers: String(answers) } : {}),
  };
}

/** An id that tells where the message lies; `at` in ms. */
export function newMessageId({ key }: ConversationRef, at: number): string {
  return thingId('msg', key, at);
}
