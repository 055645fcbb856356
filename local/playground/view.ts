/** The playground: what its server tells its page. Types and names only, so that both sides may import it. */

import type { ReplyKind, Source, TurnState, Usage } from '../../lib/types.ts';

/** What can be made to go wrong with the next message. */
export type Trouble = 'twice' | 'kill' | 'overloaded' | 'down';
export const troubles: readonly Trouble[] = ['twice', 'kill', 'overloaded', 'down'];

/** The stops of a turn, in their order. */
export type Stage = 'queued' | 'claimed' | 'asked' | 'answered' | 'delivered' | 'logged';
export const stages: readonly Stage[] = ['queued', 'claimed', 'asked', 'answered', 'delivered', 'logged'];

/** A door, as it is for one bot. */
export interface DoorView {
  /** That of a platform, `chat-api`, `widget` or `http`. */
  name: string;
  /** Under which door the stack knows its conversations, where that is another one. */
  knownAs?: string;
  title: string;
  route: string;
  /** What happens there, in a sentence. */
  about: string;
  isOpen: boolean;
  /** Why it is not open. */
  reason?: string;
  /** What the page may call itself: the Chat API's base, the widget's script, or `/chat`. */
  url?: string;
  /** For `/chat`, where keys are required. */
  accessKey?: string;
}

export interface StackView {
  /** The default one first. */
  bots: { name: string; doors: DoorView[] }[];
  /** Why what was saved last in their folder was not taken over. */
  problem?: string;
  /** Each service and whether a stand-in takes its place. */
  services: { name: string; title: string; isStandIn: boolean }[];
}

/** A message as the platform's own user sees it. */
export interface LineView {
  id: string;
  isMine: boolean;
  text: string;
  markup: 'markdown' | 'talkjs';
  /** Shown as buttons below it, where its markup has none. */
  choices?: readonly string[];
  /** Stands for an answer that is being written. */
  isTyping: boolean;
  /** Its door takes what the visitor thinks of it. */
  canBeRated?: boolean;
}

export interface TurnView {
  /** Of the message it answers. */
  id: string;
  state: 'QUEUED' | TurnState;
  /** When each stop was reached, ms since the epoch. */
  at: Partial<Record<Stage, number>>;
  /** How many workers have taken it so far. */
  claims: number;
  /** Until when (ms) a worker holds it. */
  leaseUntil?: number;
  /** What went another way than usual, oldest first. */
  notes: { at: number; text: string }[];
  reply?: { kind: ReplyKind; stop: string; sources?: readonly Source[]; model?: string; usd?: number; usage?: Usage };
}

export interface Snapshot {
  /** Absent where the page talks to the door itself. */
  lines?: LineView[];
  /** Of the conversation, oldest first. */
  turns: TurnView[];
  /** Why the bot is silent in it, where it is. */
  people?: string;
}

/** What a turn left behind at the others. */
export interface DetailsView {
  /** The newest request of the turn, as the offline Claude received it; absent where Claude is real. */
  request?: Record<string, unknown>;
  /** Requests of this turn, failed ones included. */
  requestCount: number;
  /** What the Reconify stand-in received; absent where Reconify is real. */
  records?: Record<string, unknown>[];
}

/** What the page for a TalkJS account needs to begin. */
export interface AccountView {
  /** False where the stand-in is in use. */
  isSet: boolean;
  appId?: string;
  visitor?: { id: string; name: string };
  bot?: { id: string; name: string; photoUrl: string; welcomeMessage: string };
}
