/** Room of events: what others are told of, within its bounds and without what is nobody's business. Pure. */
import { hash } from 'node:crypto';
import { sizes } from '../bounds.ts';
import { redactContacts, redactSecrets } from '../records/redact.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { PlatformName } from '../types.ts';

export type EventType =
  | 'handoff.requested'
  | 'handoff.taken'
  | 'handoff.returned'
  | 'handoff.unanswered'
  | 'answer.failed'
  | 'answer.rated'
  | 'knowledge.missed';

/** Something that happened, by whoever saw it. What users said must have gone through `masked`. */
export interface Happening {
  type: EventType;
  /** What tells it from others of its type in the conversation: the same in every attempt to tell it. */
  key: string;
  /** ms */
  at: number;
  platform: PlatformName;
  conversation: string;
  /** The name of the bot. */
  bot: string;
  /** The message that it is about, or that led to it: for the log. */
  messageId: string;
  /** The id of the user whose matter it is; `undefined` where none is left who could be. */
  user: string | undefined;
  /** One sentence that somebody on call can read. */
  text: string;
  data: Data;
}

type Data = Readonly<Record<string, unknown>>;

/** What a receiver of our webhook gets, as JSON of at most 16 KB. */
export type ToldEvent = Pick<Happening, 'type' | 'platform' | 'conversation' | 'bot' | 'text' | 'data'> & {
  /** ISO 8601 */
  at: string;
};

/** Our Chat API's own webhook, which gets its signals, whoever is told of events, and TalkJS, which shows handoffs. */
export type ReceiverName = 'chat-api' | 'webhook' | 'talkjs' | 'email';

/** One event for one receiver, as it waits in the queue. */
export interface Letter {
  to: ReceiverName;
  /** What happened, the same in every attempt and for every receiver. */
  id: string;
  /** Absent on a signal of the Chat API. */
  type?: EventType;
  platform: PlatformName;
  conversation: string;
  messageId?: string;
  /** Whose matter it is: nothing is told of it once they are forgotten. */
  user?: string;
  /** JSON: the event, or the signal as its streams carry it. */
  body: string;
}

/** What a user said, as others may read it: without secrets and contacts, and no more than tells what it is about. */
export function masked(words: string, maxBytes = 1_000): string {
  // Cut last: half an address would be no address any more.
  return cutToBytes(redactContacts(redactSecrets(words.toWellFormed())), maxBytes);
}

/** The same for everybody who is told, and in every attempt. */
export function eventIdOf({ type, platform, conversation, key }: Happening): string {
  return `evt_${hash('sha256', [type, platform, conversation, key].join('\u0000')).slice(0, 32)}`;
}

/** As JSON within the bound; the longest texts of what is too long end early. */
export function bodyOf({ type, at, platform, conversation, bot, text, data }: Happening): string {
  const told: ToldEvent = { type, at: new Date(at).toISOString(), platform, conversation, bot, text, data };
  for (let longest = sizes.eventBytes; ; longest /= 2) {
    const body = JSON.stringify(told, (name, value) =>
      typeof value === 'string' && name !== 'conversation' ? cutToBytes(value, longest) : value,
    );
    if (Buffer.byteLength(body) <= sizes.eventBytes) return body;
  }
}
