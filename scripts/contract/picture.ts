/** `npm run contract`: a picture of any size, which nothing makes smaller. Pure. */
import { crc32, deflateSync } from 'node:zlib';

/** A PNG of so many pixels, three bytes each, in base64: noise, always the same. */
export function pictureOf(width: number, height: number): string {
  const row = 1 + width * 3;
  const pixels = Buffer.alloc(row * height);
  let noise = 1;
  for (let at = 0; at < pixels.length; at++) {
    noise = (noise * 48_271) % 2_147_483_647;
    // The first byte of a row says that the others stand as they are.
    if (at % row > 0) pixels[at] = noise;
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2], 8); // eight bits of red, green and blue
  const parts = [chunk('IHDR', size), chunk('IDAT', deflateSync(pixels, { level: 0 })), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]).toString('base64');
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
