/** Stop 2 for /chat: whose request this is. Keys are compared as hashes, all of them, in constant time. */
import { createHash } from 'node:crypto';
import { type BotIdentity, DEFAULT_BOT } from '../bots/identity.ts';
import type { NamedKey } from '../config/keys.ts';
import { digestOf, isSecret } from '../platforms/kit/signature.ts';

/** Whose sessions and limits these are; says nothing of the key itself. */
export type Caller = string;

/** Where no key is asked for, everybody is the same caller. */
const EVERYBODY: Caller = 'open';

/** Hexadecimal digits of a key's hash: two keys meet by chance once in 2^64. */
const CALLER_CHARS = 16;

/** Who asks, and which bot is asked: no more than the key says of either. */
export interface Access {
  caller: Caller;
  /** The name of the bot. */
  bot: string;
  /** Fields that the bot is told: `context.…` are those that who has this key may send. */
  context: readonly string[];
}

type Speaking = Pick<BotIdentity, 'name' | 'http' | 'context'>;

/**
 * Gives what an `Authorization` header stands for, or `undefined`; without `keys` all are let in. A key belongs to the bot that names
 * it under `http`, else to the default one.
 */
export function openKeyAccess(
  keys: readonly NamedKey[] | undefined,
  bots: readonly Speaking[] = [],
): (authorization: string | null) => Access | undefined {
  const accessOf = (caller: Caller, bot: string): Access => {
    return { caller, bot, context: bots.find(({ name }) => name === bot)?.context ?? [] };
  };
  if (!keys) return () => accessOf(EVERYBODY, DEFAULT_BOT);
  const digests = keys.map(({ key }) => digestOf(key));
  const known = new Map(keys.map(({ key, name }) => [callerOf(key), botOf(name, bots)]));
  return (authorization) => {
    const given = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1]?.trim() ?? '';
    if (!isSecret(given, digests)) return undefined;
    const caller = callerOf(given);
    return accessOf(caller, known.get(caller) ?? DEFAULT_BOT);
  };
}

function botOf(key: string | undefined, bots: readonly Speaking[]): string {
  return bots.find(({ http }) => key !== undefined && http.includes(key))?.name ?? DEFAULT_BOT;
}

/** All who may have sessions where these keys are set; without them everybody is the same. */
export function callersOf(keys: readonly NamedKey[]): Caller[] {
  return [EVERYBODY, ...keys.map(({ key }) => callerOf(key))];
}

/** Who has this key. */
export function callerOf(key: string): Caller {
  return createHash('sha256').update(key).digest('hex').slice(0, CALLER_CHARS);
}
