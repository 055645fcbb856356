/** Stop 5, in a group: whose business it is what was said there without calling the bot, or by one of the team. */
import type { Store } from '../store/store.ts';
import { isBack } from '../text/back.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Conversation, Sent } from '../types.ts';

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
 * A team that has joined makes no group of a user and the bot; and what a group says while a human answers belongs to the history: that
 * it was the `team` who said it matters then. Who is asked for is not asked for again. Throws `Later` when the table or the platform does
 * not answer.
 */
export async function meantFor(
  { store, isTeam, roleOf }: AddressedDeps,
  sent: Sent,
): Promise<'bot' | 'team' | 'nobody'> {
  const { among, ofTeam } = sent;
  if (ofTeam === 'perhaps') return meantByHandoff(sent, await store.conversationOf(sent));
  if (ofTeam) return meantByTeam(sent, await store.conversationOf(sent));
  if (!among) return 'bot';
  const { owner, team, roles = {} } = await store.conversationOf(sent);
  if (owner !== 'bot') return 'bot';
  const knownRole = (id: string) => (Object.hasOwn(roles, id) ? roles[id] : undefined);
  const role = async (id: string) => knownRole(id) ?? cutToBytes(await roleOf(id), ROLE_BYTES);
  const silent = among.filter((id) => !team.includes(id));
  const here = Object.fromEntries(await Promise.all(silent.map(async (id) => [id, await role(id)] as const)));
  if (silent.some((id) => knownRole(id) === undefined)) await store.keepRoles(sent, here);
  return silent.every((id) => isTeam(here[id] ?? '')) ? 'bot' : 'nobody';
}

/**
 * Where no setting names a team, the handoff does: whoever writes after it and did not ask for it has come to help, is of the team there
 * from then on, and makes no group of the user and the bot. Of somebody forgotten nobody knows who it was. What calls the bot (without
 * `among`) takes nothing over later: then it is a question.
 */
function meantByHandoff(
  { speaker, among, text, createdAt }: Sent,
  { owner, handoff, team }: Conversation,
): 'bot' | 'team' | 'nobody' {
  const isMember = team.includes(speaker.id);
  if (isMember && (among || owner !== 'bot')) return 'team';
  // Of what nobody asked for, the one who took it is known there.
  const asker = handoff?.by === 'team' ? undefined : handoff?.speaker.id;
  if (owner === 'human' && handoff && asker && asker !== speaker.id && createdAt >= handoff.at) return 'team';
  if (owner !== 'bot') return 'bot';
  const isForBot = among ? among.every((id) => team.includes(id)) : !(isMember && isBack(text));
  return isForBot ? 'bot' : 'nobody';
}

/** What was said before a human was asked for takes nothing. A repeat of what gave the conversation back is no question. */
function meantByTeam({ ofTeam, text, createdAt }: Sent, { owner, handoff }: Conversation): 'bot' | 'team' | 'nobody' {
  if (owner !== 'bot' && createdAt >= (handoff?.at ?? 0)) return 'team';
  return ofTeam === 'asks' && !isBack(text) ? 'bot' : 'nobody';
}
