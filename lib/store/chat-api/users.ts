/** The table, of the Chat API: users. One item each, under their id; a deleted one leaves a tombstone, so that its id and keys stay dead. */

import { isoTime, type User } from '../../chat-api/models.ts';
import { type Item, type Key, keyPart, type Table } from '../items.ts';

export interface UserFields {
  name?: string | undefined;
  pictureUrl?: string | undefined;
  profile?: string | undefined;
}

export interface StoredUser {
  user: User;
  isDeleted: boolean;
}

export type Users = ReturnType<typeof openUsers>;

/** Where a user of that realm lies. */
export function userKey(id: string, realm: string | undefined): Key {
  return { pk: userPartition(id, realm), sk: 'A' };
}

/** Also holds the list of the user's conversations. */
export function userPartition(id: string, realm: string | undefined): string {
  return `${usersOf(realm)}${keyPart(id)}`;
}

/** A webhook id has no `#`, so that no user of one realm lies where another's would. */
function usersOf(realm: string | undefined): string {
  return realm === undefined ? 'CHAT-USER#' : `CHAT-USER-OF#${realm}#`;
}

/** The users of the Chat API. Throws `Later` when the table does not answer. */
export function openUsers(table: Table, now: () => number, realm?: string) {
  const keyOf = (id: string) => userKey(id, realm);
  return {
    async find(id: string): Promise<StoredUser | undefined> {
      const [item] = await table.read([keyOf(id)]);
      return item && toStoredUser(item, realm);
    },

    /** `undefined` when the id is taken, be it by a tombstone. */
    async create(id: string, fields: UserFields): Promise<User | undefined> {
      const at = now();
      const item = { ...keyOf(id), ...given(fields), createdAt: at, updatedAt: at };
      return (await table.add(item)) ? toStoredUser(item, realm).user : undefined;
    },

    /** The fields that are given are changed, the others kept. */
    async change(user: User, fields: UserFields): Promise<User> {
      const changes = Object.entries({ ...given(fields), updatedAt: now() });
      await table.update(keyOf(user.id), {
        UpdateExpression: `SET ${changes.map((_, i) => `#${i} = :${i}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(isDeleted)',
        ExpressionAttributeNames: Object.fromEntries(changes.map(([name], i) => [`#${i}`, name])),
        ExpressionAttributeValues: Object.fromEntries(changes.map(([, value], i) => [`:${i}`, value])),
      });
      return { ...user, ...given(fields), updatedAt: isoTime(now()) };
    },

    /** Nothing of the user is kept but that the id was used. */
    async bury(id: string): Promise<void> {
      await table.put({ ...keyOf(id), isDeleted: true, deletedAt: now() });
    },

    /** Nothing at all is kept, also not that the id was used. */
    async clear(id: string): Promise<void> {
      await table.clear({ pk: userPartition(id, realm), from: ' ', to: '~' });
    },

    /** In the order of `ids`, without those that are gone. */
    async findAll(ids: readonly string[]): Promise<User[]> {
      if (ids.length === 0) return [];
      const items = await table.read(ids.map(keyOf));
      return items.flatMap((item) => {
        const stored = item && toStoredUser(item, realm);
        return stored && !stored.isDeleted ? [stored.user] : [];
      });
    },
  };
}

/** The user of that realm that an item holds. */
export function toStoredUser(
  { pk, name, pictureUrl, profile, createdAt, updatedAt, isDeleted }: Item,
  realm: string | undefined,
): StoredUser {
  const times = { createdAt: isoTime(Number(createdAt ?? 0)), updatedAt: isoTime(Number(updatedAt ?? 0)) };
  const id = pk.slice(usersOf(realm).length);
  return { user: { id, ...given({ name, pictureUrl, profile }), ...times }, isDeleted: isDeleted === true };
}

function given(fields: { [K in keyof UserFields]: unknown }): { name?: string; pictureUrl?: string; profile?: string } {
  const { name, pictureUrl, profile } = fields;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof pictureUrl === 'string' ? { pictureUrl } : {}),
    ...(typeof profile === 'string' ? { profile } : {}),
  };
}
