/** The inspection tool: what a command is. */
import type { Answer } from '../../lib/operator/verb.ts';
import type { PlatformName } from '../../lib/types.ts';
import type { Place } from './place.ts';

export interface Command {
  about: string;
  /** What follows its name; what ends with a question mark may be left out. */
  takes: readonly string[];
  /** Throws `CannotRun` or `Rejected` for what the caller can put right. */
  run(place: Place, args: readonly string[], options: Options): Promise<Answer>;
}

export interface Options {
  platform?: PlatformName;
  /** Who is meant, where a verb is about a user. */
  user?: string;
  /** Whose sessions of /chat may be meant by their bare names. */
  callers: readonly string[];
  /** Show what was said, too. */
  text: boolean;
  /** Show it as a case for `npm run eval`. */
  asCase: boolean;
  /** What to list. */
  failed: boolean;
  waiting: boolean;
  human: boolean;
  disliked: boolean;
  dead: boolean;
  /** What `spend` sums up by. */
  by: 'user' | 'platform' | 'bot';
  /** How far to look back. */
  days: number;
}
