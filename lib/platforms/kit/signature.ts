/** Room of what all platforms share: who sent this. Everything is compared in constant time, and with every key there is. */
import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Longer than any secret somebody would paste; keeps a stranger from making us hash much. */
const maxSecretChars = 4_096;

/** The key of an HMAC, made once: hashing with it costs a quarter of hashing with a string. Throws a RangeError for an empty secret. */
export function hmacKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(notEmpty(secret), 'utf8'));
}

/** Whether one of `keys` made `signature` with HMAC-SHA256 over `pieces`, one behind the other. */
export function isSigned(
  signature: Uint8Array,
  keys: readonly KeyObject[],
  ...pieces: readonly (string | Uint8Array)[]
): boolean {
  const matches = keys.map((key) => isSame(signature, hmac(key, pieces)));
  return matches.includes(true);
}

/** What is kept of a secret that comes along word for word. Throws a RangeError for an empty one. */
export function digestOf(secret: string): Buffer {
  return sha256(notEmpty(secret));
}

/** Whether `given` is a secret with one of these digests. */
export function isSecret(given: string, digests: readonly Uint8Array[]): boolean {
  if (given.length > maxSecretChars) return false;
  const digest = sha256(given);
  const matches = digests.map((known) => isSame(known, digest));
  return matches.includes(true);
}

function hmac(key: KeyObject, pieces: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHmac('sha256', key);
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function notEmpty(secret: string): string {
  if (secret === '') throw new RangeError('a webhook secret must not be empty');
  return secret;
}
