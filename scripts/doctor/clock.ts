/** The doctor: this machine's clock against that of the services, which refuse a token from another minute. */
import { type Finding, ok, wrong } from '../../lib/platforms/kit/finding.ts';

/** Our tokens live a minute, and TalkJS' webhooks may be five minutes off: half a minute is where it begins to matter. */
const MOST_SECONDS = 30;
const PATIENCE_MS = 5_000;

/** Asks for the `Date` of the first service that says one; nothing where none does. `now` in ms. */
export async function checkClock(urls: readonly string[], now: () => number = Date.now): Promise<Finding[]> {
  for (const url of urls) {
    const there = await dateOf(url);
    if (there === undefined) continue;
    const seconds = Math.round((now() - there) / 1000);
    if (Math.abs(seconds) <= MOST_SECONDS) return [ok('the clock is right')];
    const side = seconds > 0 ? 'ahead of' : 'behind';
    return [
      wrong(
        `the clock is ${Math.abs(seconds)} s ${side} that of ${new URL(url).host}`,
        'set it, or have it set (timedatectl set-ntp true; after a sleep of WSL: sudo hwclock -s): tokens and webhooks are refused',
      ),
    ];
  }
  return [];
}

async function dateOf(url: string): Promise<number | undefined> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { headers } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    const date = Date.parse(headers.get('date') ?? '');
    return Number.isNaN(date) ? undefined : date;
  } catch {
    return undefined;
  }
}
