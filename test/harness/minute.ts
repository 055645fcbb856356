/** Limits count by the minute of the clock: what has to happen within one begins early enough in it. */
import { setTimeout as sleep } from 'node:timers/promises';

const MINUTE_MS = 60_000;
/** More than what a test does within a minute takes on a busy machine (ms). */
const NEEDED_MS = 25_000;

/** Waits for the next minute when this one is nearly over. */
export async function withinOneMinute(): Promise<void> {
  const left = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (left < NEEDED_MS) await sleep(left);
}
