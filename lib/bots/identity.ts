/** Room of bots: what tells one bot from the others, which is all that a door knows which only enqueues. Pure. */
import type { Language } from '../text/languages.ts';

export interface BotIdentity {
  name: string;
  /** The TalkJS user it answers as. */
  talkjs?: string;
  /** The webhook id under which it answers on /chat-api. */
  chatApi?: string;
  /** Whether it answers what comes in on /botpress. */
  botpress: boolean;
  /** Names of keys in CHAT_ACCESS_KEYS whose callers speak to it. */
  http: readonly string[];
  /** When it answers in a TalkJS conversation of more than one person. */
  groups: 'mention' | 'always' | 'untilHuman';
  /** Fields that Claude is told, such as `user.custom.tier`. */
  context: readonly string[];
  /** Of our own sentences; the user's without it. */
  language?: Language;
}

/** The bot that answers wherever no other one is meant. */
export const DEFAULT_BOT = 'default';

/** The bot of that name; without a name the default one, and also for a name that a new deployment no longer has. */
export function botNamed<B extends Pick<BotIdentity, 'name'>>(bots: readonly [B, ...B[]], name: string | undefined): B {
  return bots.find((bot) => bot.name === name) ?? bots[0];
}

/** As a message names the bot that is spoken to: the default one is not named. */
export function spokenTo(name: string): { bot?: string } {
  return name === DEFAULT_BOT ? {} : { bot: name };
}
