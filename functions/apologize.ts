/** Door: the dead letters of turns.fifo. Whoever got no answer by now is told so, once. */
import { apologizeDoor } from '../lib/app/apologies.ts';

export const handler = apologizeDoor();
