import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFolder } from '../../../scripts/build/knowledge/read-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'knowledge-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The chunks and what is said of each file. */
async function read(files: Record<string, string | Uint8Array>, baseUrl?: string) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  const { chunks, files: all } = await readFolder(folder, baseUrl);
  return { chunks, problems: Object.fromEntries(all.map(({ file, problem }) => [file, problem])) };
}

const words = 'These are enough words to stand in a section of its own, and nothing but words. ';

describe('a document is read', () => {
  it('at its headings, each chunk with the path of them, title and address', async () => {
    const { chunks } = await read(
      { 'help/refunds.md': `# Refunds\n\n${words}\n\n## Time\n\n${words}\n\n### Cards\n\n${words}` },
      'https://help.example.com/docs/',
    );

    expect(chunks).toMatchObject([
      { title: 'Refunds', headings: [], url: 'https://help.example.com/docs/help/refunds.md' },
      { headings: ['Time'] },
      { headings: ['Time', 'Cards'] },
    ]);
  });

  it('with ids that stay when another section is put in front', async () => {
    const ids = async (text: string) => (await read({ 'a.md': text })).chunks.map(({ id }) => id);

    const [before] = await ids(`# A\n\n## Kept\n\n${words}`);
    const after = await ids(`# A\n\n## New\n\n${words}\n\n## Kept\n\n${words}`);

    expect(after).toHaveLength(2);
    expect(after[1]).toBe(before);
  });

  it('with tables and code whole, however long the section is', async () => {
    const table = [
      '| a | b |',
      '|---|---|',
      ...Array.from({ length: 60 }, (_, i) => `| row ${i} | of the table |`),
    ].join('\n');
    const code = ['```sh', ...Array.from({ length: 60 }, (_, i) => `echo line ${i} # not a heading`), '```'].join('\n');

    const { chunks } = await read({
      'a.md': `# A\n\n${words.repeat(12)}\n\n${table}\n\n${words.repeat(12)}\n\n${code}`,
    });

    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.filter(({ text }) => text.includes('row 0 ') && text.includes('row 59 '))).toHaveLength(1);
    expect(chunks.filter(({ text }) => text.includes('line 0 ') && text.includes('line 59 '))).toHaveLength(1);
  });

  it('from a page without its furniture and what no reader sees, links whole', async () => {
    const html = `<html lang="de"><head><title>Hilfe</title><link rel="canonical" href="https://help.example.com/hilfe"></head><body>
<nav>Startseite</nav><script>alert('boo')</script><main><h1>Rückgabe</h1><p>${words} <a href="wie">Wie?</a></p>
<p style="display: none">unsichtbar</p><p hidden>verborgen</p></main><footer>Impressum</footer></body></html>`;

    const { chunks } = await read({ 'hilfe.html': html });

    const text = chunks.map((chunk) => chunk.text).join('\n');
    expect(chunks[0]).toMatchObject({ language: 'de', url: 'https://help.example.com/hilfe' });
    expect(text).toContain('[Wie?](https://help.example.com/wie)');
    for (const furniture of ['Startseite', 'boo', 'unsichtbar', 'verborgen', 'Impressum'])
      expect(text).not.toContain(furniture);
  });

  it('as its front matter says, other keys left alone', async () => {
    const { chunks } = await read({
      'a.md': `---\nsource: https://example.com/a\ntitle: The title\nlanguage: fr\nauthor: somebody\n---\n${words}`,
      'b.md': `---\nignore: true\n---\n${words}`,
    });

    expect(chunks).toMatchObject([{ file: 'a.md', title: 'The title', language: 'fr', url: 'https://example.com/a' }]);
  });
});

it('what cannot be read is named with its reason, and the rest serves', async () => {
  const { chunks, problems } = await read({
    'good.md': words,
    'empty.md': ' \n',
    'latin.txt': new Uint8Array([0x47, 0x72, 0xfc, 0xdf, 0x65]),
    'broken.pdf': '%PDF-1.7 and nothing of it',
    'picture.png': 'x',
    'front.md': '---\ntitle: [\n---\nwords',
  });

  expect(chunks.map(({ file }) => file)).toEqual(['good.md']);
  expect(problems).toMatchObject({ 'good.md': undefined, 'empty.md': 'empty' });
  for (const file of ['latin.txt', 'broken.pdf', 'picture.png', 'front.md'])
    expect(problems[file]).toEqual(expect.any(String));
});
