/** Room of the doors: what each of them says when it cannot work at all. An alarm counts the lines. */
import { BadSettings, causeOf, Later } from '../../errors.ts';
import { errorName, logLine } from '../../log.ts';

/** Settings and what could not be reached are named in our own words; of anything else there is only its name. */
export function doorFailed(error: unknown): void {
  const reason = error instanceof BadSettings || error instanceof Later ? error.message : undefined;
  logLine('door-failed', { error: errorName(error), cause: causeOf(error), reason });
}
