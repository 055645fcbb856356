/** Room of attachments: what a file really is, by its bytes, and whether Claude takes it. Pure. */
import { pagesOf } from './pages.ts';
import { isLocked } from './pdf-text.ts';
import { type ImageType, pixelsOf } from './pixels.ts';
import { pdfTokens, pictureTokens } from './tokens.ts';

/** A file that Claude can look at. */
export interface FileContent {
  mediaType: ImageType | 'application/pdf';
  /** Tokens it costs, by estimate from above. */
  tokens: number;
}

/** What the API takes of one file. */
export interface FileLimits {
  /** Raw ones of a picture; the API counts them in base64. */
  imageBytes: number;
  /** Of a PDF. */
  pages: number;
}

/** The API refuses pictures with a longer side. */
const MAX_PIXELS = 8_000;

/** What is wrong with it, in words for Claude. */
export function contentOf(bytes: Buffer, limits: FileLimits): FileContent | { problem: string } {
  const mediaType = typeOf(bytes);
  if (!mediaType) return { problem: 'neither a picture that can be shown nor a PDF' };
  return mediaType === 'application/pdf' ? pdf(bytes, limits) : image(bytes, mediaType, limits);
}

/** How a file of each type begins, in Latin-1; a dot stands for any byte. */
const SIGNATURES: readonly [string, FileContent['mediaType']][] = [
  ['\xff\xd8\xff', 'image/jpeg'],
  ['\x89PNG\r\n\x1a\n....IHDR', 'image/png'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['RIFF....WEBP', 'image/webp'],
];

function typeOf(bytes: Buffer): FileContent['mediaType'] | undefined {
  const start = bytes.toString('latin1', 0, 16);
  const found = SIGNATURES.find(([signature]) => [...signature].every((char, i) => char === '.' || char === start[i]));
  if (found) return found[1];
  return bytes.toString('latin1', 0, PDF_HEAD).includes('%PDF-') ? 'application/pdf' : undefined;
}

/** A byte order mark, a line break or worse may stand before it: readers look this far (bytes). */
const PDF_HEAD = 1_024;

function image(bytes: Buffer, mediaType: ImageType, { imageBytes }: FileLimits): FileContent | { problem: string } {
  const pixels = pixelsOf(bytes, mediaType);
  if (!pixels) return { problem: 'a damaged picture' };
  const { width, height } = pixels;
  if (bytes.length > imageBytes) return { problem: 'a picture of too many bytes' };
  if (Math.max(width, height) > MAX_PIXELS)
    return { problem: `a picture of ${width}x${height} pixels, which is too large` };
  return { mediaType, tokens: pictureTokens(pixels) };
}

function pdf(bytes: Buffer, limits: FileLimits): FileContent | { problem: string } {
  if (!bytes.includes('%%EOF')) return { problem: 'a damaged PDF' };
  if (isLocked(bytes)) return { problem: 'a PDF locked by a password' };
  const pages = pagesOf(bytes);
  if (pages === undefined) return { problem: 'a PDF whose pages cannot be counted' };
  if (pages > limits.pages) return { problem: `a PDF of more than ${limits.pages} pages` };
  return { mediaType: 'application/pdf', tokens: pdfTokens(pages) };
}
