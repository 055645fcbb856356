/** Room of text: what it weighs in the queue and the table, which count bytes of UTF-8. Pure. */

/** The longest beginning of `text` that weighs at most `maxBytes`; never half a character, and always well-formed. */
export function cutToBytes(text: string, maxBytes: number): string {
  // Three bytes at most for each of its units: what is short need not be weighed.
  if (text.length * 3 <= maxBytes) return text.toWellFormed();
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return bytes.toString();
  let end = maxBytes;
  while (end > 0 && isInside(bytes[end])) end--;
  return bytes.toString('utf8', 0, end);
}

/** Whether a character has begun before this byte. */
function isInside(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
