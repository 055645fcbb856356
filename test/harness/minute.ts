/** Limits count by the minute of the clock: what has to happen within one begins early enough in it. */

const MINUTE_MS = 60_000;
/** More than what a test does within a minute takes on a busy machine (ms). */
const NEEDED_MS = 40_000;

/** Moves this process' clock to the next minute when this one is nearly over. What is built after it, and asks for the time, is in that minute. */
export function withinOneMinute(): void {
  const now = Date.now.bind(Date);
  const left = MINUTE_MS - (now() % MINUTE_MS);
  if (left < NEEDED_MS) Date.now = () => now() + left;
}
