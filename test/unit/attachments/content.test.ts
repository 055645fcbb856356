import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../lib/attachments/content.ts';
import { gif, jpeg, packedPdf, pdf, png, webp } from '../../harness/sample-files.ts';

describe('a picture', () => {
  it.each([
    ['image/png', png(1500, 1000)],
    ['image/gif', gif(1500, 1000)],
    ['image/jpeg', jpeg(1500, 1000)],
    ['image/webp', webp('VP8 ', 1500, 1000)],
    ['image/webp', webp('VP8L', 1500, 1000)],
    ['image/webp', webp('VP8X', 1500, 1000)],
  ])('is known by its bytes, and so is its size: %s', (mediaType, bytes) => {
    expect(contentOf(bytes)).toEqual({ mediaType, tokens: 2_000 });
  });

  it('may be as large as the API takes it', () => {
    expect(contentOf(png(8_000, 8_000))).toMatchObject({ mediaType: 'image/png' });
  });
});

describe('a PDF', () => {
  it('costs by its pages, be they readable, packed or a guess', () => {
    const packed = packedPdf(`1 0 2 40 <</Type /Pages /Kids [3 0 R] /Count 12>> <</Type /Page>>`);
    const silent = Buffer.from(`%PDF-1.7\n${'x'.repeat(250_000)}\n%%EOF`);

    expect([pdf(7), packed, silent].map(contentOf)).toEqual(
      [7, 12, 3].map((pages) => ({ mediaType: 'application/pdf', tokens: pages * 3_000 })),
    );
  });

  it('has as many pages as the root of its tree says', () => {
    const tree = pdf(2, `${' '.repeat(3_000)}3 0 obj <</Count 40 /Kids [] /Type/Pages>> endobj`);

    expect(contentOf(tree)).toMatchObject({ tokens: 120_000 });
  });
});
