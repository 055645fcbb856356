/** The playground's page: what every way of speaking to Claude has in common. */
import type { DoorView, LineView, Snapshot } from '../../view.ts';

export interface DoorEvents {
  /** The conversation as it is now. */
  lines(lines: readonly LineView[]): void;
  /** The answer so far, `''` while nothing of it is there, `undefined` when none is awaited. */
  draft(text: string | undefined): void;
  /** Something went wrong, in a sentence; `undefined` when it is over. */
  problem(text: string | undefined): void;
  /** The visitor has begun another conversation: the door is to be opened anew. */
  reopen(): void;
}

export interface OpenDoor {
  /** As the table knows it: what the rest of the page watches. */
  conversation: string;
  /** Missing where the door has an input of its own. */
  send?(text: string, options: { isTwice: boolean }): Promise<void>;
  /** Says what the visitor thinks of an answer, by the id of its line; missing where that is said elsewhere. */
  rate?(line: string, value: 'positive' | 'negative'): Promise<void>;
  /** What the page's server saw; the doors with a stand-in live on it. */
  look?(snapshot: Snapshot): void;
  close(): void;
}

export interface DoorContext {
  view: DoorView;
  /** The name of the bot that is spoken to. */
  bot: string;
  events: DoorEvents;
  /** Survives a reload of the page, not the end of the browser's tab. */
  memory: { get(name: string): string | undefined; set(name: string, value: string): void };
}

export type OpenADoor = (context: DoorContext) => Promise<OpenDoor>;
