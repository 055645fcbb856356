/** Door: events.fifo. Tells each receiver what happened: the Chat API's own webhook, and whoever is set for events. */
import { eventsDoor } from '../lib/app/events.ts';

export const handler = eventsDoor();
