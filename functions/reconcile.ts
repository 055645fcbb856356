/** Door: every 5 minutes. What TalkJS has and nobody told us of is enqueued. */
import { reconcileDoor } from '../lib/app/reconcile.ts';

export const handler = reconcileDoor();
