/** docs/reliability.md: the figures in it are written by the tests that measure them, each between two marks. */
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../../docs/reliability.md', import.meta.url);

/** True when the section said something else. Throws when there are no marks for it. */
export function writeSection(name: string, text: string): boolean {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- end: ${name} -->`];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < 0) throw new Error(`docs/reliability.md has no marks for "${name}"`);
  if (page.slice(from, to) === text) return false;
  writeFileSync(PAGE, page.slice(0, from) + text + page.slice(to));
  return true;
}
