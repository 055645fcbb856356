/** Door: POST /talkjs. What TalkJS reports is verified, parsed and enqueued. */
import { webhookDoor } from '../lib/app/ingest.ts';
import { talkjsDialect } from '../lib/platforms/talkjs/dialect.ts';

export const handler = webhookDoor('talkjs', talkjsDialect);
