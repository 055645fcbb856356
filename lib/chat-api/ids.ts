/** The Chat API server: ids. Generated ones sort by time; chosen ones are checked so that they can never be taken for those. */
import { randomBytes } from 'node:crypto';
import { ApiError } from './api-error.ts';

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/** A ULID: the time (ms) in 10 characters and 80 bits in 16, random where no `bytes` are given, so that text order is time order. */
export function ulid(time: number, bytes: Uint8Array = randomBytes(RANDOM_CHARS)): string {
  let head = '';
  for (let rest = time, i = 0; i < TIME_CHARS; i++, rest = Math.floor(rest / 32)) head = ALPHABET[rest % 32] + head;
  const tail = [...bytes.subarray(0, RANDOM_CHARS)].map((byte) => ALPHABET[byte % 32]).join('');
  return head + tail;
}

/** When it was made (ms). */
export function timeOf(made: string): number {
  return [...made.slice(0, TIME_CHARS)].reduce((time, char) => time * 32 + ALPHABET.indexOf(char), 0);
}

/** What the contract allows is letters, digits, `_`, `-`, `\` and `/`; 1 to 70 characters. */
const MAX_CHOSEN = 70;
const CHOSEN = /^[\w-]+(?:\/[\w-]+)*$/;
const LOOKS_GENERATED = /^(?:user|conv|msg|evt)_[0-9A-Z]{26}/i;
/** Segments of our own paths: an id that holds one could not be told from an operation. */
const RESERVED = new Set(['me', 'get-or-create', 'messages', 'participants', 'listen']);

/**
 * Throws `InvalidPayload` unless a client may choose `id` for a user or a conversation. Refused beside what the contract refuses:
 * ids that look like ours (else one could be made to shadow somebody's), and what no URL carries unchanged (`\`, `//`, a slash at an end).
 */
export function checkChosenId(id: string): void {
  if (id.length > MAX_CHOSEN)
    throw new ApiError('InvalidPayload', 'Fid length exceeds the maximum allowed length of 70');
  if (!CHOSEN.test(id)) throw new ApiError('InvalidPayload', 'Fid contains invalid characters');
  const isTaken = LOOKS_GENERATED.test(id) || id.split('/').some((segment) => RESERVED.has(segment));
  if (isTaken) throw new ApiError('InvalidPayload', 'Fid is reserved');
}

/** Throws `InvalidPayload` unless a user who is not there yet may be called `id`: what may be chosen, or is made as ours are. */
export function checkUserId(id: string): void {
  if (!(id.startsWith('user_') && ULID.test(id.slice('user_'.length)))) checkChosenId(id);
}

/** A conversation as clients know it, and the key that its data lies under: a new one each time an id is used again. */
export interface ConversationRef {
  id: string;
  key: string;
  /** Of another bot than the default one, the webhook id: users and conversations belong to it. */
  realm?: string | undefined;
}

/** What an id is in the table, where each webhook id has its own. Neither has a dot in it. */
export function inRealm(realm: string | undefined, id: string): string {
  return realm === undefined ? id : `${realm}.${id}`;
}

/** The other way round: the id, and whose realm it is in. */
export function ownIdOf(inTable: string): string {
  return inTable.slice(inTable.indexOf('.') + 1);
}

export function realmOf(inTable: string): string | undefined {
  return inTable.includes('.') ? inTable.slice(0, inTable.indexOf('.')) : undefined;
}

const GENERATED_PREFIX = 'conv_';

/** The key in a conversation's id of ours; `undefined` for any other id. */
export function keyIn(id: string): string | undefined {
  const key = id.slice(GENERATED_PREFIX.length);
  return id.startsWith(GENERATED_PREFIX) && ULID.test(key) ? key : undefined;
}

/** A conversation with the client's id, or with one of ours; `key` is a new one. */
export function newConversationRef(chosen: string | undefined, now: number, key = ulid(now)): ConversationRef {
  return { id: chosen ?? `${GENERATED_PREFIX}${key}`, key };
}

/** As the turns know a conversation: the id, and the key where it does not follow from it. `~` is in no chosen id. */
export function toTurnConversation({ id, key, realm }: ConversationRef): string {
  return inRealm(realm, id === `${GENERATED_PREFIX}${key}` ? id : `${id}~${key}`);
}

/** The other way round: a conversation from what the turns call it. */
export function fromTurnConversation(conversation: string): ConversationRef {
  const [own = '', realm] = conversation.split('.').reverse();
  const [id = '', key] = own.split('~');
  return { id, key: key ?? id.slice(GENERATED_PREFIX.length), ...(realm === undefined ? {} : { realm }) };
}

export type ThingKind = 'msg' | 'evt';

/** Names a message or event and, in its second half, where it lies: found by id with one read and no index. */
export function thingId(kind: ThingKind, conversationKey: string, at: number): string {
  return `${kind}_${ulid(at)}${conversationKey}`;
}

/** `undefined` for what is no id of that kind. */
export function whereIs(kind: ThingKind, id: string): { key: string; ulid: string } | undefined {
  const [prefix, rest = ''] = id.split('_', 2);
  const own = rest.slice(0, 26);
  const key = rest.slice(26);
  return prefix === kind && ULID.test(own) && ULID.test(key) ? { key, ulid: own } : undefined;
}
