/** Room of the operator: why the bot is silent where several people are. Pure. */
import { cell } from '../text/table.ts';
import type { Conversation, GroupRule, Turn } from '../types.ts';

export interface Group {
  rule: GroupRule;
  /** Who was asked for, by their ids; '' is no role. */
  roles: Readonly<Record<string, string>>;
}

/** Nothing where nobody was heard to speak in a group. */
export function groupOf({ roles }: Conversation, turns: readonly Turn[]): Group | undefined {
  const rule = roles ? 'untilHuman' : turns.flatMap(({ said }) => said.flatMap(({ called }) => called ?? [])).at(-1);
  return rule && { rule, roles: roles ?? {} };
}

/** One sentence. */
export function tellGroup({ rule, roles }: Group): string {
  if (rule === 'mention') return 'A group: the bot answers only what mentions it.';
  const people = Object.entries(roles).map(
    ([id, role]) => `${cell(id)} ${role ? `has the role ${cell(role)}` : 'has no role'}`,
  );
  const who = people.length > 0 ? ` (${people.join(', ')})` : '';
  return `A group: what does not mention the bot is answered only while all others belong to the team${who}.`;
}
