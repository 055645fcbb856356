/** Door: the dead letters of turns.fifo. Whoever got no answer by now is told so, once. */
import { turnsDoor } from '../lib/app/worker.ts';

export const handler = turnsDoor({ isLastResort: true });
