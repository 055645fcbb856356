/** The Chat API server: what both of its halves work with, the door that clients call and the worker that answers. */

import type { ChatApiStore } from '../store/chat-api/chat-api.ts';
import { type Counters, counterOf } from '../store/counters.ts';
import { ApiError } from './api-error.ts';
import { type Outbound, openPublish } from './publish.ts';
import type { Share } from './share.ts';

export interface RoomsDeps {
  /** Its place in the table. */
  kept: ChatApiStore;
  share: Share;
  putOutbound: ((outbound: Outbound) => Promise<void>) | undefined;
  now(): number;
}

export function openRooms({ kept, share, putOutbound, now }: RoomsDeps) {
  return { ...kept, share, publish: openPublish({ signals: kept.signals, share, putOutbound }), now };
}

const MINUTE_MS = 60_000;

/** Anybody who knows the webhook id may create users with shared authentication: at most `max` a minute; 0 for no limit. */
export function openUserCount(counters: Counters, max: number, now: () => number): () => Promise<void> {
  return async () => {
    if (max === 0) return;
    const key = counterOf({ what: 'chat-api-users', ms: MINUTE_MS }, now());
    const hasRoom = await counters.add(key, [{ name: 'users', by: 1, room: max - 1 }]);
    if (!hasRoom) throw new ApiError('RateLimited', 'Too many users are being created, try again in a minute');
  };
}
