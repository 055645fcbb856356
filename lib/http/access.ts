/** Stop 2 for /chat: whose request this is. Keys are compared as hashes, all of them, in constant time. */
import { createHash } from 'node:crypto';
import { digestOf, isSecret } from '../platforms/kit/signature.ts';

/** Whose sessions and limits these are; says nothing of the key itself. */
export type Caller = string;

/** Where no key is asked for, everybody is the same caller. */
const EVERYBODY: Caller = 'open';

/** Hexadecimal digits of a key's hash: two keys meet by chance once in 2^64. */
const CALLER_CHARS = 16;

/** Gives the caller for an `Authorization` header, or `undefined`; without `keys` all are let in. */
export function openKeyAccess(
  keys: readonly string[] | undefined,
): (authorization: string | null) => Caller | undefined {
  if (!keys) return () => EVERYBODY;
  const digests = keys.map(digestOf);
  return (authorization) => {
    const given = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1]?.trim() ?? '';
    return isSecret(given, digests) ? nameOf(given) : undefined;
  };
}

/** All who may have sessions where these keys are set; without them everybody is the same. */
export function callersOf(keys: readonly string[]): Caller[] {
  return [EVERYBODY, ...keys.map(nameOf)];
}

function nameOf(key: string): Caller {
  return createHash('sha256').update(key).digest('hex').slice(0, CALLER_CHARS);
}
