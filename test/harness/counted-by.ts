/** What a metric of the template counts in the lines that were heard. */
import { createRequire } from 'node:module';
import { matcherOf } from './filter-pattern.ts';

const { METRICS }: { METRICS: Record<string, { lines: string }> } = createRequire(import.meta.url)(
  '../../resources/metrics.cjs',
);

/** How many of the lines (JSON, others do not count) the filter of this metric matches. Throws for a metric that there is not. */
export function countedBy(metric: string, lines: readonly string[]): number {
  const pattern = METRICS[metric]?.lines;
  if (pattern === undefined) throw new Error(`no metric ${metric}`);
  const isMatch = matcherOf(pattern);
  return lines.filter((line) => line.startsWith('{') && isMatch(JSON.parse(line))).length;
}
