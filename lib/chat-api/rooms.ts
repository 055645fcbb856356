/** The Chat API server: what both of its halves work with, the door that clients call and the worker that answers. */

import type { ChatApiStore } from '../store/chat-api/chat-api.ts';
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
