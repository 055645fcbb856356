/** The Chat API server: the five operations on users. */
import { type ApiRequest, type ChatApi, existing, type Handlers } from './api.ts';
import { ApiError } from './api-error.ts';
import { checkChosenId, ulid } from './ids.ts';
import type { User } from './models.ts';

type Names = 'createUser' | 'getUser' | 'getOrCreateUser' | 'updateUser' | 'deleteUser';

const SHARED_ONLY = 'The "createUser" operation can only be called when using the shared encryption key.';

export function userHandlers(api: ChatApi): Pick<Handlers, Names> {
  const { keys, users, conversations, now } = api;

  async function create(id: string, fields: ApiRequest<'getOrCreateUser'>['body']): Promise<User> {
    const user = await users.create(id, fields);
    if (!user) throw new ApiError('AlreadyExists', `User with id ${id} already exists`);
    return user;
  }

  return {
    createUser: async ({ body: { id, ...fields } }) => {
      if (keys.isManual) throw new ApiError('Unauthorized', SHARED_ONLY);
      if (id !== undefined) checkChosenId(id);
      await api.countNewUser();
      const user = await create(id ?? `user_${ulid(now())}`, fields);
      return { user, key: await keys.sign(user.id, now()) };
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
        return { user: hasSome(body) ? await users.change(user, body) : user };
      }
      checkChosenId(caller);
      const created = await users.create(caller, body);
      return { user: created ?? existing(await users.find(caller), caller) };
    },

    updateUser: async ({ caller, body }) => {
      const user = existing(await users.find(caller), caller);
      return { user: hasSome(body) ? await users.change(user, body) : user };
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
