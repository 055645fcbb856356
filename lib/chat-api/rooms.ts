/** The Chat API server: what both of its halves work with, the door that clients call and the worker that answers. */
import type { Counters } from '../store/counters.ts';
import type { Table } from '../store/items.ts';
import { ApiError } from './api-error.ts';
import { openConversations } from './conversations.ts';
import { openSignalLog } from './log.ts';
import { openMessages } from './messages.ts';
import { openOnce } from './once.ts';
import { type Outbound, openPublish } from './publish.ts';
import type { Share } from './share.ts';
import { openUsers } from './users.ts';

export interface RoomsDeps {
  table: Table;
  share: Share;
  putOutbound: ((outbound: Outbound) => Promise<void>) | undefined;
  now(): number;
}

export function openRooms({ table, share, putOutbound, now }: RoomsDeps) {
  const signals = openSignalLog(table, now);
  return {
    share,
    signals,
    users: openUsers(table, now),
    conversations: openConversations(table, now),
    messages: openMessages(table, now),
    once: openOnce(table, now),
    publish: openPublish({ signals, share, putOutbound }),
    now,
  };
}

const MINUTE_MS = 60_000;

/** Anybody who knows the webhook id may create users with shared authentication: at most `max` a minute; 0 for no limit. */
export function openUserCount(counters: Counters, max: number, now: () => number): () => Promise<void> {
  return async () => {
    if (max === 0) return;
    const minute = Math.floor(now() / MINUTE_MS);
    const key = { pk: `RL#chat-api-users#${minute}`, sk: '-', expiresAt: (minute + 60) * 60 };
    const hasRoom = await counters.add(key, [{ name: 'users', by: 1, room: max - 1 }]);
    if (!hasRoom) throw new ApiError('RateLimited', 'Too many users are being created, try again in a minute');
  };
}
