/** Stop 2 for /chat: whose request this is. Keys are compared as hashes, all of them, in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Whose sessions and limits these are; says nothing of the key itself. */
export type Caller = string;

/** Where no key is asked for, everybody is the same caller. */
const EVERYBODY: Caller = 'open';

/** Hexadecimal digits of a key's hash: two keys meet by chance once in 2^64. */
const CALLER_CHARS = 16;

/** Gives the caller for an `Authorization` header, or `undefined`; without `keys` all are let in. */
export function openAccess(keys: readonly string[] | undefined): (authorization: string | null) => Caller | undefined {
  if (!keys) return () => EVERYBODY;
  const hashes = keys.map(hashOf);
  return (authorization) => {
    const hash = hashOf(/^bearer +(.+)$/i.exec(authorization ?? '')?.[1]?.trim() ?? '');
    const isKnown = hashes.map((known) => timingSafeEqual(known, hash)).includes(true);
    return isKnown ? nameOf(hash) : undefined;
  };
}

/** Whoever may have sessions where these keys are set; without them everybody is the same. */
export function callersOf(keys: readonly string[]): Caller[] {
  return [EVERYBODY, ...keys.map((key) => nameOf(hashOf(key)))];
}

function nameOf(hash: Buffer): Caller {
  return hash.toString('hex').slice(0, CALLER_CHARS);
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
