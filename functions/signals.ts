/** Door: signals.fifo. Hands the signals of our own Chat API to the webhook that is set for it. */
import { signalsDoor } from '../lib/app/signals.ts';

export const handler = signalsDoor();
