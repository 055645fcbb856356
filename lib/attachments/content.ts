/** Room of attachments: what a file really is, by its bytes, and whether Claude takes it. Pure. */
import { pagesOf } from './pages.ts';
import { type ImageType, pixelsOf } from './pixels.ts';

/** A file that Claude can look at. */
export interface FileContent {
  mediaType: ImageType | 'application/pdf';
  /** Tokens it costs, by estimate from above. */
  tokens: number;
}

/** The API takes pictures up to 5 MB, counted in base64. */
const MAX_IMAGE_BYTES = 3_750_000;

/** The API refuses pictures with a longer side. */
const MAX_PIXELS = 8_000;

/** The API takes no more where the context has 200,000 tokens. */
const MAX_PAGES = 100;

/** What is wrong with it, in words for Claude. */
export function contentOf(bytes: Buffer): FileContent | { problem: string } {
  const mediaType = typeOf(bytes);
  if (!mediaType) return { problem: 'neither a picture that can be shown nor a PDF' };
  return mediaType === 'application/pdf' ? pdf(bytes) : image(bytes, mediaType);
}

/** How a file of each type begins, in Latin-1; a dot stands for any byte. */
const SIGNATURES: readonly [string, FileContent['mediaType']][] = [
  ['\xff\xd8\xff', 'image/jpeg'],
  ['\x89PNG\r\n\x1a\n....IHDR', 'image/png'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['RIFF....WEBP', 'image/webp'],
  ['%PDF-', 'application/pdf'],
];

function typeOf(bytes: Buffer): FileContent['mediaType'] | undefined {
  const start = bytes.toString('latin1', 0, 16);
  return SIGNATURES.find(([signature]) => [...signature].every((char, i) => char === '.' || char === start[i]))?.[1];
}

function image(bytes: Buffer, mediaType: ImageType): FileContent | { problem: string } {
  const pixels = pixelsOf(bytes, mediaType);
  if (!pixels) return { problem: 'a damaged picture' };
  const { width, height } = pixels;
  if (bytes.length > MAX_IMAGE_BYTES) return { problem: 'a picture of too many bytes' };
  if (Math.max(width, height) > MAX_PIXELS)
    return { problem: `a picture of ${width}x${height} pixels, which is too large` };
  return { mediaType, tokens: Math.min(Math.ceil((width * height) / PIXELS_PER_TOKEN), MAX_IMAGE_TOKENS) };
}

/** The API scales larger pictures down before it counts. */
const PIXELS_PER_TOKEN = 750;
const MAX_IMAGE_TOKENS = 4_800;

function pdf(bytes: Buffer): FileContent | { problem: string } {
  if (!bytes.includes('%%EOF')) return { problem: 'a damaged PDF' };
  if (bytes.includes('/Encrypt')) return { problem: 'a PDF locked by a password' };
  const pages = pagesOf(bytes) ?? Math.ceil(bytes.length / BYTES_PER_PAGE);
  if (pages > MAX_PAGES) return { problem: `a PDF of more than ${MAX_PAGES} pages` };
  return { mediaType: 'application/pdf', tokens: pages * TOKENS_PER_PAGE };
}

/** Text and picture of a page; and what a page takes where their number is not to be read. */
const TOKENS_PER_PAGE = 3_000;
const BYTES_PER_PAGE = 100_000;
