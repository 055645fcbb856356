/** Door: turns.fifo. Answers what waits there. */
import { replyDoor } from '../lib/app/worker.ts';

export const handler = replyDoor();
