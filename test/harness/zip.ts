/** Reads a zip, by PKWARE's APPNOTE (4.3.7, 4.3.12 and 4.3.16). */
import { inflateRawSync } from 'node:zlib';

/** The files in it by name; their bytes are unpacked when they are asked for. */
export function filesOf(zip: Buffer): Map<string, () => Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  const files = new Map<string, () => Buffer>();
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50; ) {
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const [method, size, start] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)];
    files.set(zip.toString('utf8', at + 46, at + 46 + name), () => {
      const begin = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
      const bytes = zip.subarray(begin, begin + size);
      return method === 0 ? bytes : inflateRawSync(bytes);
    });
    at += 46 + name + extra + comment;
  }
  return files;
}
