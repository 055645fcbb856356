/** Medians, spreads and tables. */

/** The value below which `share` of the values lie. */
export function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * share)];
}

export function median(values) {
  return quantile(values, 0.5);
}

/** `12.3 (11.9-14.0)`: median and p10-p90. */
export function spread(values, digits = 1) {
  const [mid, low, high] = [0.5, 0.1, 0.9].map((share) => quantile(values, share).toFixed(digits));
  return `${mid} (${low}-${high})`;
}

/** Ratios of values that were measured side by side, one pair per round, so that what slowed a round down slowed both. */
export function ratios(values, others) {
  return values.map((value, round) => value / others[round]);
}

/** Rows in another order each round, so that none always runs after the same other one. */
export function shuffled(values) {
  return values
    .map((value) => [Math.random(), value])
    .toSorted(([a], [b]) => a - b)
    .map(([, value]) => value);
}

/** A Markdown table whose columns line up as plain text, too. */
export function table(head, rows) {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => String(cell ?? '')));
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? '').length), 3));
  const line = (cells) => `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`;
  return [
    line(lines[0]),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...lines.slice(1).map(line),
  ].join('\n');
}
