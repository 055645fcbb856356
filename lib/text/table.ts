/** Rows as people read them in a terminal. Room of text. Pure. */

export type Row = Record<string, string | number | undefined>;

/** Columns in the order of the first row, those that are empty everywhere left out; numbers stand to the right. */
export function toTable(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {}).filter((name) => rows.some((row) => cell(row[name]) !== ''));
  const width = (name: string) => Math.max(name.length, ...rows.map((row) => cell(row[name]).length));
  const line = (cells: (name: string) => string, isNumber: (name: string) => boolean) =>
    names
      .map((name) => (isNumber(name) ? cells(name).padStart(width(name)) : cells(name).padEnd(width(name))))
      .join('  ')
      .trimEnd();
  const isNumeric = (name: string) => rows.every((row) => row[name] === undefined || typeof row[name] === 'number');
  return [line((name) => name, isNumeric), ...rows.map((row) => line((name) => cell(row[name]), isNumeric))].join('\n');
}

/** As it may stand in a terminal: what somebody wrote must not steer it. */
export function cell(value: string | number | undefined): string {
  return String(value ?? '').replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ');
}
