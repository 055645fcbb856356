/** docs/reliability.md: its figures are measured by tests, each table between two marks. `npm run proof` writes them, any other run compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, inject } from 'vitest';

const PAGE = new URL('../../../docs/reliability.md', import.meta.url);

/**
 * Holds a table (Markdown, head included) against the section `name` of the page: in a proof it is put there, else each of its
 * rows must stand there, so a smaller run may bring fewer rows. Throws when the page has no marks for it.
 */
export function holdsOnPage(name: string, table: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- end: ${name} -->`];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < 0) throw new Error(`docs/reliability.md has no marks for "${name}"`);
  if (inject('size') === 'proof') {
    writeFileSync(PAGE, page.slice(0, from) + table.join('\n') + page.slice(to));
    return;
  }
  const written = new Set(page.slice(from, to).split('\n'));
  expect(
    table.filter((row) => !written.has(row)),
    `docs/reliability.md says something else of "${name}": npm run proof writes it`,
  ).toEqual([]);
}

/** Puts figures of a proof that a smaller run cannot compare into the section `name` of the page; does nothing in any other run. */
export function provenOnPage(name: string, table: readonly string[]): void {
  if (inject('size') === 'proof') holdsOnPage(name, table);
}
