/** Tool: what time it is, anywhere. */
import * as z from 'zod/mini';
import { defineTool } from '../tool.ts';

const timeZone = z
  .string()
  .check(
    z.maxLength(64),
    z.describe('IANA time zone, such as Europe/Paris. Without it: UTC.'),
    z.refine(isTimeZone, { error: 'expected an IANA time zone such as Europe/Paris' }),
  );

export default defineTool({
  name: 'current_time',
  description: 'The date, the day of the week and the time right now, in any time zone.',
  input: z.strictObject({ timezone: z.optional(timeZone) }),
  run: ({ timezone = 'UTC' }, { now }) => {
    const date = new Date(now());
    const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: timezone });
    return { timezone, local: local.format(date), offset: offsetOf(date, timezone), utc: date.toISOString() };
  },
});

/** Names only: an offset such as +01:00 is no place, and says nothing of summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

function offsetOf(date: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
