/** The Chat API server: the operations on users and their keys. */
import { type ApiRequest, type ChatApi, existing, type Handlers } from './api.ts';
import { ApiError } from './api-error.ts';
import { checkChosenId, checkUserId, ulid } from './ids.ts';
import type { User } from './models.ts';

type Names = 'createUserKey' | 'createUser' | 'getUser' | 'getOrCreateUser' | 'updateUser' | 'deleteUser';

const SHARED_ONLY = 'The "createUser" operation can only be called when using the shared encryption key.';

/** The operations on users, as the Botpress Chat API 0.5.5 has them, and the key that the widget's client adds; each throws an `ApiError`. */
export function userHandlers(api: ChatApi): Pick<Handlers, Names> {
  const { keys, users, conversations, allowance, now } = api;

  async function change(user: User, fields: ApiRequest<'updateUser'>['body']): Promise<User> {
    if (!hasSome(fields)) return user;
    await allowance.count('change', user.id);
    return users.change(user, fields);
  }

  async function create(id: string, fields: ApiRequest<'getOrCreateUser'>['body']): Promise<User> {
    const user = await users.create(id, fields);
    if (!user) throw new ApiError('AlreadyExists', `User with id ${id} already exists`);
    return user;
  }

  return {
    createUser: async ({ address, body: { id, ...fields } }) => {
      if (keys.isManual) throw new ApiError('Unauthorized', SHARED_ONLY);
      if (id !== undefined) checkChosenId(id);
      await allowance.countNewUser(address);
      const user = await create(id ?? `user_${ulid(now())}`, fields);
      return { user, key: await keys.sign(user.id, now()) };
    },

    createUserKey: async ({ body: { id, expiresAt } }) => {
      checkUserId(id);
      return { key: await keys.sign(id, now(), expiresAt) };
    },

    getUser: async ({ caller }) => {
      const stored = await users.find(caller);
      if (!stored || stored.isDeleted) {
        throw new ApiError('ResourceNotFound', `User with id ${caller} doesn't exist`);
      }
      return { user: stored.user };
    },

    getOrCreateUser: async ({ caller, body }) => {
      const stored = await users.find(caller);
      if (stored) {
        const user = existing(stored, caller);
        return { user: await change(user, body) };
      }
      checkChosenId(caller);
      const created = await users.create(caller, body);
      return { user: created ?? existing(await users.find(caller), caller) };
    },

    updateUser: async ({ caller, body }) => {
      const user = existing(await users.find(caller), caller);
      return { user: await change(user, body) };
    },

    deleteUser: async ({ caller }) => {
      existing(await users.find(caller), caller);
      await conversations.leaveAll(caller);
      await users.bury(caller);
      return {};
    },
  };
}

function hasSome(fields: object): boolean {
  return Object.values(fields).some((value) => value !== undefined);
}
