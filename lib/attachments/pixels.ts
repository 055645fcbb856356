/** Room of attachments: the size of a picture as its header declares it, without decoding anything. Pure. */

export type ImageType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';

export interface Pixels {
  width: number;
  height: number;
}

/** `undefined` where the header is cut off or makes no sense. */
export function pixelsOf(bytes: Buffer, type: ImageType): Pixels | undefined {
  try {
    const { width, height } = readers[type](bytes);
    return width > 0 && height > 0 ? { width, height } : undefined;
  } catch {
    return undefined; // read beyond the end
  }
}

const readers: Record<ImageType, (bytes: Buffer) => Pixels> = {
  'image/png': (bytes) => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }),
  'image/gif': (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }),
  'image/jpeg': jpegPixels,
  'image/webp': webpPixels,
};

/** ITU-T T.81: segments one after another, until the one that begins a frame (SOF0 to SOF15, without DHT, JPG and DAC). */
function jpegPixels(bytes: Buffer): Pixels {
  let at = 2;
  for (;;) {
    if (bytes.readUInt8(at) !== 0xff) throw new RangeError('no segment');
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    } else at += 2 + Math.max(bytes.readUInt16BE(at + 2), 2);
  }
}

/** RFC 9649: a simple file (lossy or lossless) or the extended header. */
function webpPixels(bytes: Buffer): Pixels {
  const chunk = bytes.toString('latin1', 12, 16);
  if (chunk === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (chunk === 'VP8L') {
    const bits = bytes.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk !== 'VP8X') throw new RangeError('no known chunk');
  return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
}
