/** `npm run contract`: what the code takes for granted of a service, and what became of it when it was tried. */

export interface Assumption {
  /** What we take for granted, as a sentence. */
  claim: string;
  /** What does not work where it is not so. */
  means: string;
  /** Gives what came instead, or nothing where it holds. Throws `NotTried` where it cannot be looked at. */
  look(): Promise<string | undefined>;
}

/** A service that is asked: its assumptions in the order in which they are tried, each building on those before it. */
export interface Service {
  title: string;
  /** What is left of it there afterwards, and what it costs: told before anything is asked. */
  leaves: string;
  assumptions: readonly Assumption[];
  /** Removes what was made. */
  close(): Promise<void>;
}

export interface Result {
  service: string;
  claim: string;
  mark: 'held' | 'broken' | 'not tried';
  /** What came instead, or why it was not tried. */
  found?: string;
  /** What a broken one means. */
  means?: string;
}

/** It could not be looked at; the message says why. */
export class NotTried extends Error {}

/** One after another, whatever becomes of each; what was made is removed at the end. Never throws. */
export async function tryAll(
  { title, assumptions, close }: Service,
  tell: (result: Result) => void,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const assumption of assumptions) {
    const result = { service: title, claim: assumption.claim, ...(await tryOne(assumption)) };
    results.push(result);
    tell(result);
  }
  await close().catch(() => {});
  return results;
}

async function tryOne({ look, means }: Assumption): Promise<Pick<Result, 'mark' | 'found' | 'means'>> {
  try {
    const found = await look();
    return found === undefined ? { mark: 'held' } : { mark: 'broken', found, means };
  } catch (error) {
    return { mark: 'not tried', found: error instanceof Error ? error.message : 'it failed' };
  }
}
