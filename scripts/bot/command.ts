/** The inspection tool: what a command is. */
import type { Place } from './place.ts';

export interface Command {
  about: string;
  /** What follows its name, for the usage line. */
  takes: readonly string[];
  /** Gives what is to be printed. Throws `CannotRun` for what the caller can put right. */
  run(place: Place, args: readonly string[]): Promise<string>;
}

/** One clear sentence for the terminal. */
export class CannotRun extends Error {}
