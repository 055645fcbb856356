/** Stops 5-7: what the steps of a turn need, and what they hand on to one another. Pure. */
import type { SpeechFor } from '../bots/speech.ts';
import type { HandoffSettings } from '../config/handoff.ts';
import type { Tell } from '../events/outbox.ts';
import type { Log } from '../log.ts';
import type { Holder, Recent, Store } from '../store/store.ts';
import type { JournalStore } from '../tools/journal.ts';
import type { Inbound, Platform, PlatformName, Reply, Said, Sent, Summary, Turn } from '../types.ts';
import type { Compose } from './compose.ts';
import type { Listener } from './listener.ts';

/** One message as the queue delivered it. */
export interface Delivery {
  id: string;
  receipt: string;
  /** 1 for the first delivery. */
  attempts: number;
  generation: number;
  /** When the queue took it (ms). */
  takenAt?: number;
  inbound: Inbound;
}

export interface TurnDeps {
  store: Pick<
    Store,
    | 'claim'
    | 'find'
    | 'recent'
    | 'between'
    | 'merge'
    | 'answer'
    | 'unquote'
    | 'sendAlone'
    | 'replace'
    | 'say'
    | 'retire'
    | 'skip'
    | 'release'
    | 'finish'
    | 'abandon'
    | 'ownerOf'
    | 'conversationOf'
    | 'noteDue'
    | 'promise'
    | 'beginHandoff'
    | 'ratingsIn'
    | 'forgottenAt'
    | 'marksOf'
    | 'tellsBlock'
    | 'noteSpeaker'
    | 'dropSpeaker'
    | 'erase'
    | 'keepEarlier'
  > &
    JournalStore;
  platform(name: PlatformName): Platform;
  compose: Compose;
  handoff: HandoffSettings;
  /** Tells those who are set to be told of what happens. */
  tell: Tell;
  /** Our own sentences, in the language of whom they are for. */
  speech: SpeechFor;
  /** Longest message (characters) that is read; 0 for no limit but that in bytes. */
  maxInputChars: number;
  now(): number;
  newId(): string;
  log: Log;
}

export interface TurnInput {
  /** The message to answer, and those that wait right behind it. */
  burst: readonly [Sent, ...Sent[]];
  generation: number;
  /** When the queue took the first of them (ms), where there is one. */
  takenAt?: number | undefined;
  /** What waits behind them in the conversation. */
  behind?: readonly Inbound[];
  /** How often the queue has delivered the message, this time included. */
  attempts: number;
  remainingMs(): number;
  /** Somebody who reads along. */
  listener?: Listener;
  /** There is no queue that would bring the message again by itself. */
  isOnlyAttempt?: boolean;
  /** Claims the turn, where that is not all that has to be got for it: the store's own unless given. What it throws, the turn throws. */
  claim?: Store['claim'];
}

/** How a turn ended: the messages that need no further handling, and its reply, if it has one of its own. */
export interface Taken {
  covered: ReadonlySet<string>;
  turn: Turn;
  /** Whether the reply was there before this attempt. */
  isRepeat: boolean;
  /** What was remembered of the conversation when the turn began. */
  before: Summary | undefined;
}

/** A turn in our hands. */
export interface Work {
  turn: Turn;
  holder: Holder;
  /** The look back at its conversation, which began with the claim. */
  looking: Promise<Recent>;
  /** When its conversation was forgotten before (ms); 0 where it has earlier turns. */
  forgottenAt?: number;
  /** Its user is to get no answer. */
  isBlocked?: boolean;
  /** Of this attempt (ms). */
  startedAt: number;
}

/** `said` are the messages that the turn is about in the end. */
export type Decision = { said: Said[] } & ({ reply: Reply } | { mergedInto: string } | { isLeft: true });
