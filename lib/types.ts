/** The nouns. Whatever a platform sends becomes one of these at the edge that met it; nothing foreign travels further. */

export type PlatformName = 'talkjs' | 'botpress' | 'chat-api' | 'http';

/** Who spoke, as the verified webhook says it (never as the model says it). */
export interface Speaker {
  id: string;
  name?: string;
  email?: string;
  phone?: string;
}

/** A file a user sent along. Everything in it is the sender's claim: host, size and kind are checked before use. */
export interface Attachment {
  url: string;
  name?: string;
  bytes?: number;
  kind?: 'image' | 'video' | 'audio' | 'voice';
}

/** Which message of which conversation; `createdAt` (ms) is part of its key, so a duplicate always builds the same key. */
export interface MessageRef {
  platform: PlatformName;
  conversation: string;
  messageId: string;
  createdAt: number;
}

/** A user said something that wants an answer. */
export interface Sent extends MessageRef {
  event: 'sent';
  speaker: Speaker;
  text: string;
  attachments: Attachment[];
}

/** A user changed an earlier message: the history Claude sees is corrected, nothing is answered. */
export interface Edited extends MessageRef {
  event: 'edited';
  editedAt: number;
  text: string;
  attachments: Attachment[];
}

/** A user took an earlier message back. */
export interface Deleted extends MessageRef {
  event: 'deleted';
}

export type Inbound = Sent | Edited | Deleted;

/** One user message inside a turn; a turn holds several when a burst is answered together. */
export interface Said {
  messageId: string;
  createdAt: number;
  speaker: Speaker;
  text: string;
  attachments: Attachment[];
}

/** Tokens of one or several model calls, as the Messages API counts them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheWriteTokens: number;
  cacheReadTokens: number;
}

/** A request as a door got it: header names in lower case, body as the raw bytes that were signed. */
export interface WebhookRequest {
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/** The inbound half of a platform. Both throw `Rejected`; neither waits, reads a clock or an environment. */
export interface Dialect {
  /** Proves that the platform sent this; throws `Rejected` 401 otherwise. `now` in ms. */
  verify(request: WebhookRequest, now: number): void;
  /** The message in it, or why there is nothing to do; throws `Rejected` 400 for what is not the shape of its event. */
  parse(request: WebhookRequest): Inbound | { ignored: string };
}

/** An answer on its way out. `replyKey` is the same for every attempt to send this answer: the idempotency key. */
export interface Outgoing {
  conversation: string;
  /** Markdown, as Claude wrote it. */
  text: string;
  replyKey: string;
}

/** The outbound half of a platform: the only interface with several implementations. */
export interface Platform {
  /**
   * Posts the answer as the bot, once for any number of calls with the same `replyKey`; gives the platform's message ids.
   * Throws `Later` when it may work afterwards and `Undeliverable` when it never will.
   */
  deliver(reply: Outgoing, signal: AbortSignal): Promise<string[]>;
  /** Shows that the bot is at work on `replyKey`; never throws. */
  typing?(conversation: string, replyKey: string, signal: AbortSignal): Promise<void>;
}
