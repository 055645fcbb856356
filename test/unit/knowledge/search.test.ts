import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../lib/knowledge/chunk.ts';
import { buildIndex, openSearch } from '../../../lib/knowledge/search.ts';
import type { Language } from '../../../lib/text/languages.ts';
import { toChunks } from '../../../scripts/build/knowledge/chunks.ts';

function page(file: string, markdown: string, language: Language = 'en'): Chunk[] {
  return toChunks({ file, title: file, language, markdown });
}

/** The files that a question finds, the best first. */
function found(chunks: Chunk[], ...queries: string[]): string[] {
  return openSearch(buildIndex(chunks))(queries, 8).map(({ chunk }) => chunk.file);
}

const filler = 'Nothing of this is about anything that anybody would ever look for in here. ';

describe('a question finds a page', () => {
  it.each<[Language, string, string]>([
    ['en', 'Parcels that were returned are refunded.', 'returning a parcel'],
    ['de', 'Die Frist der Kündigung ist ein Monat.', 'Kündigungsfrist'],
    ['de', 'Die Kündigungsfrist ist ein Monat. Eine Frist gilt immer. Die Kündigung ist schriftlich.', 'welche Frist'],
    ['de', 'Wir liefern in alle Länder.', 'Lieferung in ein Land'],
    ['fr', 'L’abonnement est résilié à la fin du mois.', 'résilier mon abonnement'],
    ['es', 'Los pedidos se envían en dos días.', 'enviar un pedido'],
    ['pl', 'Zamówienia wysyłamy w dwa dni.', 'wysyłka zamówienia'],
    ['tr', 'Siparişler iki günde gönderilir.', 'siparişim'],
    ['ja', '返品は14日以内に受け付けます。', '返品したい'],
    ['zh', '认证系统使用令牌。', '认证'],
    ['ar', 'يتم استرداد المبلغ خلال أسبوعين.', 'استرداد'],
  ])('in %s, by words with other endings or joined otherwise: %s', (language, text, query) => {
    const others = Array.from({ length: 9 }, (_, i) => page(`other-${i}.md`, filler.repeat(i + 2), language)).flat();

    expect(found([...others, ...page('wanted.md', text, language)], query)[0]).toBe('wanted.md');
  });

  it('by a long word that is typed wrong', () => {
    expect(
      found([...page('a.md', filler), ...page('wanted.md', 'A subscription ends by itself.')], 'subscribtion'),
    ).toEqual(['wanted.md']);
  });

  it('by its heading before one that only says the word', () => {
    const said = page('said.md', `# Help\n\n## Parcels\n\nA parcel may ask for a refund, too. ${filler}`);
    const headed = page('headed.md', `# Help\n\n## Refund\n\nIt is paid within 14 days. ${filler}`);

    expect(found([...said, ...headed], 'refund')[0]).toBe('headed.md');
  });

  it('not by the address behind a link', () => {
    const linking = page('linking.md', 'See [the other page](https://help.example.com/refund/refund/refund) for that.');

    expect(found([...linking, ...page('wanted.md', 'A refund is paid.')], 'refund')).toEqual(['wanted.md']);
  });

  it('for several wordings as for one that has all of them', () => {
    const chunks = [...page('a.md', 'Cars are red.'), ...page('b.md', 'A vehicle and a car.'), ...page('c.md', filler)];

    expect(found(chunks, 'vehicle', 'car')[0]).toBe('b.md');
    expect(found(chunks, 'the of and')).toEqual([]);
  });
});

describe('what is shown', () => {
  it('is of one page at most three passages, each section once before any again', () => {
    const section = (name: string) => `## ${name}\n\n${`A refund is paid for this one. ${filler}`.repeat(40)}\n\n`;
    const chunks = page('long.md', ['One', 'Two', 'Three', 'Four'].map(section).join(''));

    const hits = openSearch(buildIndex(chunks))(['refund'], 8);

    expect(chunks.length).toBeGreaterThan(10);
    expect(hits).toHaveLength(3);
    expect(new Set(hits.map(({ chunk }) => chunk.section)).size).toBe(3);
  });

  it('is more than one passage of a page without headings', () => {
    const chunks = page('plain.txt', `A refund is paid. ${filler}\n\n`.repeat(80));

    expect(openSearch(buildIndex(chunks))(['refund'], 8)).toHaveLength(3);
  });

  it('brings the parts of its section beside it, and no passage twice', () => {
    const chunks = page(
      'steps.md',
      `## Steps\n\nFirst the refund. ${filler.repeat(12)}\n\nThen the end. ${filler.repeat(8)}`,
    );

    const hits = openSearch(buildIndex(chunks))(['refund'], 8);

    expect(chunks).toHaveLength(2);
    expect(hits).toHaveLength(1);
    expect(hits[0]?.text).toContain('Then the end.');
  });
});

it('an index of another version is not searched', () => {
  expect(() => openSearch({ ...buildIndex(page('a.md', 'One.')), version: 1 })).toThrow(RangeError);
});
