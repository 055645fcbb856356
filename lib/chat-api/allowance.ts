/** The Chat API server: how much of it one user, or one source address, may ask for. Counted before queue and table are. */
import { isIPv6 } from 'node:net';
import { rates } from '../bounds.ts';
import { pseudonym } from '../log.ts';
import { type Counters, fits } from '../store/counters.ts';
import { ApiError } from './api-error.ts';
import { inRealm } from './ids.ts';

export type Kind = 'message' | Exclude<keyof typeof rates, 'newUser' | 'operator' | 'platformEdit'>;

export interface Allowance {
  /** Counts `by` of that kind for the user; throws `RateLimited` when that is more than is left. */
  count(kind: Kind, userId: string, by?: number): Promise<void>;
  /** Counts a user who is created from this address; throws `RateLimited`. */
  countNewUser(address: string): Promise<void>;
}

export interface AllowanceDeps {
  counters: Counters;
  /** 0 for no limit. */
  messagesPerMinute: number;
  /** Of all addresses; 0 for no limit. */
  usersPerMinute: number;
  /** Whose users these are, where they are not the default bot's. */
  realm?: string | undefined;
  now(): number;
}

interface Rate {
  max: number;
  ms: number;
}

const MINUTE_MS = 60_000;

/** Counts in windows of the table, exact however many functions ask at once; rates as in lib/bounds.ts. */
export function openAllowance({ counters, messagesPerMinute, usersPerMinute, realm, now }: AllowanceDeps): Allowance {
  const own: Record<Kind, Rate> = { ...rates, message: { max: messagesPerMinute, ms: MINUTE_MS } };

  async function count(what: string, { max, ms }: Rate, by: number): Promise<void> {
    if (max === 0) return;
    // What is larger than all of it has it to itself.
    if (await fits(counters, { what, ms, max: Math.max(max, by) }, now(), by)) return;
    throw new ApiError('RateLimited', 'Too many requests, try again later', { retryAfterMs: ms - (now() % ms) });
  }

  return {
    // Such a counter outlives its user, so it does not name one.
    count: (kind, userId, by = 1) => count(`${kind}#${pseudonym('chat-api', inRealm(realm, userId))}`, own[kind], by),

    countNewUser: async (address) => {
      const source = sourceOf(address);
      if (source !== undefined) await count(`new-users#${source}`, rates.newUser, 1);
      await count('new-users', { max: usersPerMinute, ms: MINUTE_MS }, 1);
    },
  };
}

/** One customer's network: the /64 of an IPv6 address. `undefined` for this very machine, and where nobody tells. */
export function sourceOf(address: string): string | undefined {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (plain === '' || plain === '::1' || plain.startsWith('127.')) return undefined;
  return isIPv6(plain) ? groupsOf(plain).slice(0, 4).join(':') : plain;
}

/** The eight of it, as they are written in full, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const behind = tail ? tail.split(':') : [];
  const missing = tail === undefined ? 0 : Math.max(8 - before.length - behind.length, 0);
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...behind];
  return all.map((group) => group.replace(/^0+(?=.)/, ''));
}
