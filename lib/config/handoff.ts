/** Room of the settings: what becomes of a conversation that was handed to people. Pure. */
import { type Hours, parseHours } from './hours.ts';
import { type Env, list, text, whole } from './values.ts';

export interface HandoffSettings {
  /** So long the user waits until they are told that nobody has come yet; 0: they are not. */
  waitMinutes: number;
  /** After so much silence of the team the bot answers again; 0: it does not. */
  returnHours: number;
  /** When the team is there; always without it. */
  hours: Hours | undefined;
  /** A message that is one of these asks for a person, without Claude; in small letters. */
  words: readonly string[];
  /** Whether there is somebody who hears of it: a receiver of events, or on TalkJS a team that is known by role or name. */
  isPossible(platform: string): boolean;
}

/** Nobody takes over, and nothing is due: for what runs a turn beside a deployment. */
export const noHandoff: HandoffSettings = {
  ...{ waitMinutes: 0, returnHours: 0, hours: undefined, words: [] },
  isPossible: () => false,
};

/** They are there with or without somebody who can take over. */
export function handoffIn(env: Env, problems: string[]): HandoffSettings {
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const hasTeam = isSet('HUMAN_ROLES') || isSet('HANDOFF_TALKJS_USER');
  return {
    waitMinutes: whole(env, 'HANDOFF_WAIT_MINUTES', 15, problems, { min: 0, max: 10_080 }),
    hours: hoursIn(env, problems),
    words: (list(env, 'HANDOFF_WORDS', problems) ?? []).map((word) => word.toLowerCase()),
    isPossible: (platform) =>
      isSet('EVENTS_WEBHOOK_URL') ||
      (Boolean(env.SECRETS_PATH) && isSet('EVENTS_EMAIL')) ||
      (platform === 'talkjs' && hasTeam),
    returnHours: whole(env, 'HANDOFF_RETURN_HOURS', 0, problems, { min: 0, max: 8_760 }),
  };
}

function hoursIn(env: Env, problems: string[]): Hours | undefined {
  const value = text(env, 'HANDOFF_HOURS', problems);
  if (value === undefined) return undefined;
  const hours = parseHours(value);
  if (typeof hours !== 'string') return hours;
  problems.push(`HANDOFF_HOURS ${hours}`);
  return undefined;
}
