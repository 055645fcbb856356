/** Door: POST /talkjs. What TalkJS reports is verified, parsed and enqueued. */
import { webhookDoor } from '../lib/app/ingest.ts';
import { dialect } from '../lib/platforms/talkjs/platform.ts';

export const handler = webhookDoor('talkjs', dialect);
