/** Room of the operator: why a conversation was given to people, by whom and since when. Pure. */
import type { Handoff } from '../types.ts';

const BY: Readonly<Record<Handoff['by'], string>> = {
  model: 'Claude asked for a person',
  user: 'the user asked for a person',
  rule: 'the bot could not help',
  team: 'somebody of the team wrote',
};

/** What was said is there with `withText` only. */
export function viewOfHandoff({ state, at, heardAt, by, reason, speaker, messages }: Handoff, withText: boolean) {
  return {
    ...{ state, by, reason, user: speaker.id, since: new Date(at).toISOString() },
    ...(heardAt === undefined ? {} : { teamWroteAt: new Date(heardAt).toISOString() }),
    ...(withText ? { messages } : {}),
  };
}

/** The same as lines. */
export function tellHandoff(handoff: Handoff, withText: boolean): string[] {
  const { state, since, reason, messages = [] } = viewOfHandoff(handoff, withText);
  const who = state === 'taken' ? 'with the team' : 'waits for a person';
  const words = reason ? `: ${reason}` : '';
  return [
    `${who} since ${since.slice(0, 19).replace('T', ' ')}, as ${BY[handoff.by]}${handoff.by === 'team' ? '' : words}`,
    ...messages.map(({ by, text }) => `  ${by}: ${text}`),
  ];
}
