/** Stop 5, in a group: who of those who take part helps the users. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import type { Platform } from '../../types.ts';
import type { TalkjsApi } from './api.ts';
import type { Team } from './group.ts';

const userShape = z.object({ role: z.nullish(z.string()) });

/** Asks for one user in one request; whoever is gone or has no role has the role ''. Throws `Later` when TalkJS does not answer. */
export function talkjsTeam({ humanRoles = [] }: Pick<Team, 'humanRoles'>, api: TalkjsApi): Platform['team'] & object {
  return {
    has: (role) => humanRoles.includes(role),
    roleOf: async (id, signal) => {
      const answer = await api({ method: 'GET', path: ['users', id], signal });
      if (!answer.ok && answer.status === 404 && answer.isJson) return '';
      const user = answer.ok ? userShape.safeParse(answer.body) : undefined;
      if (!user?.success) throw new Later('talkjs: a user that cannot be read');
      return user.data.role ?? '';
    },
  };
}
