/** Door: POST /botpress and whatever is below it. What Botpress' Chat integration reports is verified, parsed and enqueued. */
import { webhookDoor } from '../lib/app/ingest.ts';
import { dialect } from '../lib/platforms/botpress/platform.ts';

export const handler = webhookDoor('botpress', dialect);
