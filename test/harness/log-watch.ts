/** Reads every log line of the whole test run: none may hold a key, an address or what somebody wrote. */

/** The configuration and the global set-up load this file apart from each other: what they share is here. */
const shared = globalThis as { leaks?: string[]; linesWatched?: number };

const SECRETS = [
  /[\w.+-]+@[\w-]+\.\w+/, // e-mail addresses
  /sk[_-](test|live|ant)/, // keys of TalkJS and Anthropic
  /eyJ[\w-]{10,}\./, // JSON web tokens
  /Bearer /,
  /\\n\s+at /, // stack traces, in JSON
];

/** Fields that hold words of our own; all others hold ids, numbers and names, which have no blanks in them. */
const WORDS = new Set(['reason', 'stop']);

/** Whether a line that a test printed is shown. The product's own lines are looked at instead. */
export function watchLine(line: string): boolean {
  if (!line.startsWith('{"')) return true;
  for (const entry of line.split('\n').filter(Boolean)) {
    shared.linesWatched = (shared.linesWatched ?? 0) + 1;
    const leak = leakIn(entry);
    if (leak) shared.leaks = [...(shared.leaks ?? []), leak];
  }
  return false;
}

/** What must not be in a log line; `undefined` for a clean one. */
export function leakIn(line: string): string | undefined {
  const pattern = SECRETS.find((secret) => secret.test(line));
  if (pattern) return `${pattern} in ${line}`;
  const fields = Object.entries(JSON.parse(line) as Record<string, unknown>);
  const prose = fields.find(([name, value]) => typeof value === 'string' && /\s/.test(value) && !WORDS.has(name));
  return prose && `words in the field ${prose[0]} of ${line}`;
}

/** Fails the run when a line was not clean. */
export function reportLeaks(): void {
  for (const leak of shared.leaks ?? []) console.error(`A log line gives something away: ${leak}`);
  if (shared.leaks?.length) process.exitCode = 1;
}
