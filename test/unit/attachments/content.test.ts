import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../lib/attachments/content.ts';
import { pictureTokens } from '../../../lib/attachments/tokens.ts';
import { fileLimitsOf } from '../../../lib/claude/models.ts';
import { gif, jpeg, packedPdf, pdf, png, webp } from '../../harness/sample-files.ts';

const limits = fileLimitsOf('claude-haiku-5-5');
const content = (bytes: Buffer) => contentOf(bytes, limits);
const pagesIn = (bytes: Buffer) => {
  const found = content(bytes);
  return 'problem' in found ? found.problem : found.tokens / 3_000;
};

describe('a picture', () => {
  it.each([
    ['image/png', png(1500, 1000)],
    ['image/gif', gif(1500, 1000)],
    ['image/jpeg', jpeg(1500, 1000)],
    ['image/webp', webp('VP8 ', 1500, 1000)],
    ['image/webp', webp('VP8L', 1500, 1000)],
    ['image/webp', webp('VP8X', 1500, 1000)],
  ])('is known by its bytes, and so is its size: %s', (mediaType, bytes) => {
    expect(content(bytes)).toEqual({ mediaType, tokens: 54 * 36 });
  });

  it('may be as large as the API takes it', () => {
    expect(content(png(8_000, 8_000))).toMatchObject({ mediaType: 'image/png', tokens: 4_784 });
    expect(content(Buffer.concat([png(), Buffer.alloc(7_800_000)]))).toMatchObject({ mediaType: 'image/png' });
    expect(content(Buffer.concat([png(), Buffer.alloc(7_900_000)]))).toEqual({
      problem: 'a picture of too many bytes',
    });
  });

  it('costs what the vendor’s page says', () => {
    expect(pictureTokens({ width: 1_000, height: 1_000 })).toBe(1_296);
    expect(pictureTokens({ width: 8_000, height: 6_000 })).toBe(4_784);
  });
});

describe('the pages of a PDF', () => {
  it('are counted, be they open or packed', () => {
    const packed = packedPdf('1 0 2 40 <</Type /Pages /Kids [3 0 R] /Count 12>> <</Type /Page>>');

    expect([pdf(7), packed].map(pagesIn)).toEqual([7, 12]);
  });

  it.each([
    ['a font whose name is written with codes', '/Times#20New#20Roman'],
    ['bytes of a picture that look like a code', 'stream\nq#4fq\nendstream'],
  ])('are counted behind %s', (_name, before) => {
    const packed = packedPdf('1 0 2 40 <</Type /Pages /Kids [3 0 R] /Count 12>> <</Type /Page>>').toString('latin1');

    expect(pagesIn(Buffer.from(packed.replace('\n', `\n${before}\n`), 'latin1'))).toBe(12);
  });

  it('may have a count that stands elsewhere', () => {
    expect(pagesIn(pdf(1, '9 0 obj <</Type /Pages /Kids [10 0 R] /Count 812 0 R>> endobj'))).toBeLessThan(5);
  });

  it('are those of the root of the tree', () => {
    expect(pagesIn(pdf(2, `${' '.repeat(3_000)}3 0 obj <</Count 40 /Kids [] /Type/Pages>> endobj`))).toBe(40);
  });

  it('are not what outlines count', () => {
    expect(pagesIn(pdf(3, '4 0 obj <</Type /Outlines /First 5 0 R /Last 6 0 R /Count 150>> endobj'))).toBe(3);
  });

  const kids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i} 0 R`).join(' ');
  const leaves = (count: number) => '<</Type /Page>> '.repeat(count);

  it.each([
    ['a count of one over a hundred kids', pdf(1, `1 0 obj <</Type /Pages /Kids [${kids(10, 110)}] /Count 1>> endobj`)],
    [
      'empty nodes beside a count of one',
      pdf(
        1,
        `1 0 obj <</Type /Pages /Kids [${kids(10, 110)}] /Count 1>> endobj ` +
          Array.from({ length: 99 }, (_, i) => `${i + 500} 0 obj <</Type /Pages /Kids [] /Count 1>> endobj `).join(''),
      ),
    ],
    ['pages without a tree that counts them', pdf(1, leaves(100))],
    ['a comment', pdf(100, '% /Type /Pages /Kids [9 0 R] /Count 1')],
    ['an open decoy before a packed tree', Buffer.concat([pdf(1), packedPdf(`<</Type /Pages /Kids [] /Count 100>>`)])],
    ['names written in codes', pdf(1, leaves(100).replaceAll('/Page', '/P#61ge'))],
    ['a tree without types', pdf(1, `7 0 obj <</Kids [${kids(10, 110)}] /Count 1>> endobj`)],
    [
      'the last of many packed streams',
      Buffer.concat([...Array.from({ length: 80 }, () => packedPdf(leaves(1))), packedPdf(leaves(20))]),
    ],
  ])('are not fewer for %s', (_, bytes) => {
    expect(pagesIn(bytes)).toBeGreaterThanOrEqual(100);
  });

  it.each([
    ['a branch that hangs in the tree twice', pdf(1, `7 0 obj <</Kids [${'10 0 R '.repeat(100)}] /Count 1>> endobj`)],
    ['kids that stand elsewhere', pdf(1, '9 0 obj <</Type /Pages /Kids 8 0 R /Count 1>> endobj')],
    ['kids with comments', pdf(1, '9 0 obj <</Type /Pages /Kids [10 0 %\nR 11 0 R] /Count 1>> endobj')],
    ['a stream that cannot be unpacked', pdf(1, '8 0 obj <</Type /ObjStm /Filter /LZWDecode>> stream\nxx\nendstream')],
    ['a bomb', Buffer.concat([pdf(1), packedPdf(Buffer.alloc(5_000_000))])],
    ['nothing that says it', Buffer.from(`%PDF-1.7\n${'x'.repeat(250_000)}\n%%EOF`)],
  ])('are not guessed: %s', (_, bytes) => {
    expect(pagesIn(bytes)).toBe('a PDF whose pages cannot be counted');
  });

  it('are not counted twice in a file that was saved again', () => {
    const tree = (count: number) => `1 0 obj <</Type /Pages /Kids [${kids(10, 10 + count)}] /Count ${count}>> endobj\n`;

    expect(pagesIn(pdf(2, tree(5) + tree(6)))).toBe(6);
  });

  it('are not the fields of a form, nor the older states of a page', () => {
    const fields = Array.from({ length: 300 }, (_, i) => `${i + 50} 0 obj <</T (f) /Kids [${i + 400} 0 R]>> endobj`);
    const saved = '9 0 obj <</Type /Page>> endobj '.repeat(30);

    expect(pagesIn(pdf(2, fields.join('\n') + saved))).toBe(2);
  });

  it('take no long time to count, whatever the file holds', () => {
    const floods = [
      '/Kids ',
      '/Type /Page ',
      '<</Kids ',
      '<<'.repeat(20_000),
      '/Type /ObjStm ',
      '1 0 obj <</Count 1 /Kids [1 0 R',
    ];
    for (const flood of floods) {
      const bytes = pdf(1, flood.repeat(Math.ceil(5_000_000 / flood.length)));
      const before = process.cpuUsage();
      content(bytes);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000, flood.slice(0, 20)).toBeLessThan(3_000);
    }
  });

  it('may be as many as the model takes', () => {
    expect([pdf(600), pdf(601)].map(pagesIn)).toEqual([600, 'a PDF of more than 600 pages']);
    expect(contentOf(pdf(101), fileLimitsOf('claude-haiku-4-5'))).toEqual({ problem: 'a PDF of more than 100 pages' });
    expect(fileLimitsOf('claude-haiku-5-5', 'bedrock')).toEqual({ imageBytes: 3_932_160, pages: 100 });
  });
});

describe('a PDF', () => {
  it.each(['\n', '\uFEFF', '\r\n\r\n'])('may have %j before it', (before) => {
    expect(pagesIn(Buffer.concat([Buffer.from(before), pdf(1)]))).toBe(1);
  });

  it('is locked only if its trailer says so', () => {
    const locked = 'a PDF locked by a password';

    expect(pagesIn(pdf(1, '(how to /Encrypt a file)'))).toBe(1);
    expect(pagesIn(pdf(1, 'trailer <</Size 9 /Root 1 0 R /Encrypt 8 0 R>>'))).toBe(locked);
    expect(pagesIn(pdf(1, '9 0 obj <</Type /XRef /W [1 2 1] /Encrypt <</V 4>>>> stream'))).toBe(locked);
  });
});
