/** Stop 5, in a group: whether what was said there without calling the bot is its business all the same. */
import type { Store } from '../store/store.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Sent } from '../types.ts';

export interface AddressedDeps {
  store: Pick<Store, 'conversationOf' | 'keepRoles'>;
  /** Whether somebody with that role belongs to the team. */
  isTeam(role: string): boolean;
  /** Asks the platform. */
  roleOf(userId: string): Promise<string>;
}

/** A role is compared with those of a setting; a longer one is none of them. */
const ROLE_BYTES = 255;

/**
 * A team that has joined makes no group of a user and the bot; and what a group says while a human answers belongs to the history. Who
 * is asked for is not asked for again. Throws `Later` when the table or the platform does not answer.
 */
export async function isForUs({ store, isTeam, roleOf }: AddressedDeps, sent: Sent): Promise<boolean> {
  const { among } = sent;
  if (!among) return true;
  const { owner, team, roles = {} } = await store.conversationOf(sent);
  if (owner !== 'bot') return true;
  const knownRole = (id: string) => (Object.hasOwn(roles, id) ? roles[id] : undefined);
  const role = async (id: string) => knownRole(id) ?? cutToBytes(await roleOf(id), ROLE_BYTES);
  const silent = among.filter((id) => !team.includes(id));
  const here = Object.fromEntries(await Promise.all(silent.map(async (id) => [id, await role(id)] as const)));
  if (silent.some((id) => knownRole(id) === undefined)) await store.keepRoles(sent, here);
  return silent.every((id) => isTeam(here[id] ?? ''));
}
