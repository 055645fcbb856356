/** Stop 3. Which bot a message is for, and what it makes of it, by who else is in the conversation. Pure. */
import type { GroupRule } from '../../types.ts';
import type { OurUser, OurUsers } from './our-users.ts';

/** Whom TalkJS takes for a helper of its users. */
export interface Team {
  /** Their roles there. */
  humanRoles?: readonly string[];
  /** The id of the one user that is called for help. */
  handoffUser?: string | undefined;
  /** Whether they take over from every bot by writing, whatever its `groups` say. */
  takesOver?: boolean;
}

/** What is known of a message before its words are read. */
export interface Call {
  /** By their ids; nothing shows that TalkJS always sends them. */
  participants: Readonly<Record<string, unknown>> | undefined;
  speaker: { id: string; role?: string };
  /** Ids of those it mentions, in its order. */
  mentions: readonly unknown[];
}

/**
 * `ask`: for the bot, which answers; `called` says under which rule it was called in a group, `ofTeam` that one of the team asks in front
 * of others. `perhaps`: for the bot if all of `among` belong to the team, which their ids do not tell. With `ofTeam: perhaps` no setting says who the team is. `team`: one of the team speaks to
 * the user, and takes over. `aside`: one of the team speaks to others where that takes nothing over, and has not called the bot. `group`:
 * for nobody of us.
 */
export type Addressed =
  | { to: 'ask'; bot: OurUser | undefined; called?: GroupRule; ofTeam?: 'asks' | 'perhaps' }
  | { to: 'perhaps'; bot: OurUser | undefined; among: string[]; ofTeam?: 'perhaps' }
  | { to: 'aside'; bot: OurUser | undefined }
  | { to: 'team' }
  | { to: 'group' };

/** More than a user and those who help make a group of their own. */
const MAX_AMONG = 8;

/** Whom of `here`, our users in the conversation, the message is for. */
export function addressed({ participants, speaker, mentions }: Call, here: readonly OurUser[], team: Team): Addressed {
  const { humanRoles = [], handoffUser, takesOver = false } = team;
  const isOurs = (id: string) => here.some(({ userId }) => userId === id);
  // The one who is called for help makes no group of those who called.
  const people = Object.keys(participants ?? {}).filter((id) => !isOurs(id) && id !== handoffUser);
  const others = people.filter((id) => id !== speaker.id);
  const isGroup = people.length > 1;
  const called = mentions.flatMap((id) => here.find(({ userId }) => userId === id) ?? [])[0];
  // Who calls none of several speaks to the first of them: to nobody would be no answer.
  const bot = called ?? (isGroup ? here.find(({ groups }) => groups === 'always') : undefined) ?? here[0];
  const rule = bot?.groups ?? 'untilHuman';

  const isMember = speaker.id === handoffUser || (speaker.role !== undefined && humanRoles.includes(speaker.role));
  const isHeard = isMember && (participants === undefined || others.length > 0);
  if ((isMember && takesOver) || (isHeard && rule === 'untilHuman')) return { to: 'team' };
  if (isMember && others.length > 0 && rule === 'mention' && !called) return { to: 'aside', bot };
  const isNobodyNamed = isGroup && humanRoles.length === 0 && handoffUser === undefined;
  const ofTeam = isHeard ? ('asks' as const) : isNobodyNamed ? ('perhaps' as const) : undefined;
  const asking = { to: 'ask' as const, bot, ...(ofTeam ? { ofTeam } : {}) };
  if (!isGroup || rule === 'always') return asking;
  if (called) return { ...asking, called: rule };
  if (rule !== 'untilHuman' || others.length > MAX_AMONG) return { to: 'group' };
  if (isNobodyNamed) return { to: 'perhaps', bot, among: others, ofTeam: 'perhaps' };
  return humanRoles.length > 0 ? { to: 'perhaps', bot, among: others } : { to: 'group' };
}

/** Those of us who take part. Where TalkJS does not say who does, the delivery finds out. */
export function oursIn(participants: Call['participants'], ours: OurUsers): readonly OurUser[] {
  return participants ? ours.filter(({ userId }) => Object.hasOwn(participants, userId)) : ours;
}
