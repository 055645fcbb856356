/** Offline Claude: pictures and documents, checked by their content as the API does. */
import { ApiError, invalid } from './errors.ts';
import type { Block, FileBlock, Message } from './shape.ts';

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
// Counted in base64.
const maxImageChars = 10 * 1024 * 1024;
const maxImages = 600;
const maxSidePx = 8000;
// With many pictures in one request each of them has to be smaller.
const manyImages = 20;
const maxSideOfManyPx = 2000;

/** Throws the API's 400 for a file that it cannot read, and 404 for one it does not have. */
export function checkFiles(messages: Message[]): void {
  const files = messages.flatMap(({ content }, index) => filesOf(content, `messages.${index}.content`));
  const images = files.filter(({ block }) => block.type === 'image').length;
  if (images > maxImages) throw invalid(`messages: at most ${maxImages} images are allowed per request`);
  for (const { at, block } of files) {
    const { source } = block;
    if (source.type === 'file') throw new ApiError(404, `File not found: ${source.file_id}`);
    if (source.type === 'url' && !source.url.startsWith('https://')) {
      throw invalid(`${at}.source.url: Only HTTPS URLs are supported.`);
    }
    if (source.type !== 'base64') continue;
    if (block.type === 'image') checkImage(source, at, images > manyImages ? maxSideOfManyPx : maxSidePx);
    else checkPdf(source, at);
  }
}

function filesOf(content: readonly Block[], at: string): { at: string; block: FileBlock }[] {
  return content.flatMap((block, index) => {
    const here = `${at}.${index}`;
    if (block.type === 'tool_result') return filesOf(block.content ?? [], `${here}.tool_result.content`);
    return block.type === 'image' || block.type === 'document' ? [{ at: `${here}.${block.type}`, block }] : [];
  });
}

interface Base64 {
  media_type: string;
  data: string;
}

function checkImage({ media_type: claimed, data }: Base64, at: string, maxPx: number): void {
  if (!imageTypes.includes(claimed)) {
    const expected = imageTypes.map((type) => `'${type}'`).join(', ');
    throw invalid(`${at}.source.base64.media_type: Input should be ${expected}`);
  }
  const bytes = decode(data, at);
  if (data.length > maxImageChars) {
    throw invalid(`${at}.source.base64: image exceeds 10 MB maximum: ${data.length} bytes > ${maxImageChars} bytes`);
  }
  const actual = imageType(bytes);
  if (!actual) throw invalid(`${at}.source.base64: Could not process image`);
  if (actual !== claimed) {
    throw invalid(`${at}.source.base64.data: Image does not match the provided media type ${claimed}`);
  }
  if (longestSide(bytes, actual) > maxPx) {
    throw invalid(
      `${at}.source.base64.data: At least one of the image dimensions exceed max allowed size: ${maxPx} pixels`,
    );
  }
}

function checkPdf({ media_type: claimed, data }: Base64, at: string): void {
  if (claimed !== 'application/pdf') {
    throw invalid(`${at}.source.base64.media_type: Input should be 'application/pdf'`);
  }
  // Readers look for the marker within the first kilobyte.
  const start = decode(data, at).subarray(0, 1024).toString('latin1');
  if (!start.includes('%PDF-')) throw invalid(`${at}.source.base64.data: The PDF specified was not valid.`);
}

function decode(data: string, at: string): Buffer {
  if (data === '' || data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) {
    throw invalid(`${at}.source.base64.data: Invalid base64 data`);
  }
  return Buffer.from(data, 'base64');
}

function imageType(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 12).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'image/gif';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined;
}

// Only the two formats that say it in a fixed place; 0 means unknown.
function longestSide(bytes: Buffer, type: string): number {
  if (type === 'image/png' && bytes.length >= 24) return Math.max(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  if (type === 'image/gif' && bytes.length >= 10) return Math.max(bytes.readUInt16LE(6), bytes.readUInt16LE(8));
  return 0;
}
