/** The smallest files of each kind that have a proper header. */
import { deflateSync } from 'node:zlib';

export function png(width = 20, height = 10): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

export function gif(width = 20, height = 10): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.write('GIF89a', 'latin1');
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  return bytes;
}

/** With a comment and a table before the frame, as cameras write them. */
export function jpeg(width = 20, height = 10): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, 3, 1, 34, 0, 2, 17, 1, 3, 17, 1]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, 4, 65, 66, 0xff, 0xff, 0xc4, 0, 3, 9]), frame]);
}

export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width = 20, height = 10): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.write(`RIFF\x18\0\0\0WEBP${kind}`, 'latin1');
  if (kind === 'VP8 ') {
    bytes.writeUInt16LE(width, 26);
    bytes.writeUInt16LE(height, 28);
  } else if (kind === 'VP8L') {
    bytes.writeUInt8(0x2f, 20);
    bytes.writeUInt32LE((width - 1) | ((height - 1) << 14), 21);
  } else {
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
  }
  return bytes;
}

export function pdf(pages = 1, extra = ''): Buffer {
  return Buffer.from(
    `%PDF-1.4\n1 0 obj <</Type /Pages /Kids [2 0 R] /Count ${pages}>> endobj\n${extra}\n%%EOF\n`,
    'latin1',
  );
}

/** As newer programs write them: the page tree is packed into a stream of objects. */
export function packedPdf(objects: string | Buffer): Buffer {
  const packed = deflateSync(objects);
  return Buffer.concat([
    Buffer.from(`%PDF-1.7\n1 0 obj <</Type /ObjStm /Filter /FlateDecode /Length ${packed.length}>> stream\n`, 'latin1'),
    packed,
    Buffer.from('\nendstream endobj\n%%EOF\n', 'latin1'),
  ]);
}
