/** The Chat API server: what both of its halves work with, the door that clients call and the worker that answers. */

import type { ChatApiStore } from '../store/chat-api/chat-api.ts';
import { type Outbound, openPublish } from './publish.ts';
import type { Share } from './share.ts';

export interface StateDeps {
  /** Its place in the table. */
  kept: ChatApiStore;
  share: Share;
  putOutbound: ((outbound: Outbound) => Promise<void>) | undefined;
  now(): number;
}

/** Conversations, messages and the rest of the table's side, with what tells listeners of a change beside them. */
export function openState({ kept, share, putOutbound, now }: StateDeps) {
  return { ...kept, share, publish: openPublish({ signals: kept.signals, share, putOutbound }), now };
}
