/** The pages: what is written as a table is one, and every link of ours leads somewhere. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')];

/** Lines outside of blocks of code. */
function linesOf(page: string): string[] {
  return readFileSync(page, 'utf8')
    .replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''))
    .split('\n');
}

/** The marks of a page's headings, as GitHub makes them. */
function marksOf(page: string): string[] {
  return linesOf(page).flatMap((line) => {
    const [, heading] = /^#+ (.*)$/.exec(line) ?? [];
    const words = heading?.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
    return words === undefined ? [] : [words.replaceAll(' ', '-')];
  });
}

describe.each(pages)('%s', (page) => {
  it('has a head in each of its tables', () => {
    const lines = linesOf(page);
    const headless = lines.filter(
      (line, i) =>
        line.startsWith('|') && !lines[i - 1]?.startsWith('|') && !/^\|(?: *:?-+:? *\|)+$/.test(lines[i + 1] ?? ''),
    );

    expect(headless).toEqual([]);
  });

  it('links to what there is', () => {
    const links = [
      ...linesOf(page)
        .join('\n')
        .matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g),
    ];
    const dead = links.flatMap(([link, file = '', mark]) => {
      const target = file === '' ? page : path.join(path.dirname(page), file);
      const isThere = existsSync(target) && (mark === undefined || marksOf(target).includes(mark));
      return isThere ? [] : [link];
    });

    expect(dead).toEqual([]);
  });
});
