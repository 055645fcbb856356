/** Tools: nothing runs longer than it may, also a tool that does not listen to its signal. */

/** Why something was given up. */
class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** What `work` gives with a context whose signal ends after `ms`; rejects when its time, or that of the whole turn, is over. */
export async function inTime<C extends { signal: AbortSignal }, T>(
  context: C,
  ms: number,
  work: (context: C) => T | Promise<T>,
): Promise<T> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(ms)]);
  // Begun in a promise of its own: what it throws at once must not keep the race from hearing, later, that the time is over.
  const begun = async () => work({ ...context, signal });
  try {
    return await Promise.race([ended(signal), begun()]);
  } catch (error) {
    // What an ended signal makes of a call has many names.
    throw signal.aborted ? new TooLate('given up', { cause: error }) : error;
  }
}

/** Whether the error says that the time was over. */
export function isLate(error: unknown): boolean {
  return error instanceof TooLate;
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
