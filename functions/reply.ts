/** Door: turns.fifo. Answers what waits there. */
import { turnsDoor } from '../lib/app/worker.ts';

export const handler = turnsDoor();
