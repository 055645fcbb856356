/** Stop 6 for the Chat API. Shows an answer while it grows. What is shown is a preview: the message that follows is the answer. */
import { createHash } from 'node:crypto';
import type { Entry } from '../store/chat-api/signals.ts';
import { harmlessStart } from '../text/harmless-start.ts';
import type { AnswerStream } from '../types.ts';
import { BOT_ID } from './bot.ts';
import { fromTurnConversation, ulid } from './ids.ts';
import { isoTime, type Signal } from './models.ts';
import type { Publish } from './publish.ts';

export interface AnswerStreamDeps {
  publish: Publish;
  now(): number;
  onError(error: unknown): void;
}

export interface AnswerStreamOptions {
  /** As the turns know it. */
  conversation: string;
  replyKey: string;
  /** Whom it is said to, as the turns know them. */
  to?: string | undefined;
  /** An earlier attempt may have shown something, which is taken back first. */
  isRepeat: boolean;
}

/** Each piece is a write of the table and a read for every listener: at most one a second (ms). */
const PIECE_MS = 1000;

const PREFIX = 'stream_';

export function isStreamId(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** The same for every attempt at one answer. */
export function streamIdOf(replyKey: string): string {
  return `${PREFIX}${createHash('sha256').update(replyKey).digest('hex').slice(0, 26)}`;
}

/** Shows an answer to the listeners of its conversation while it grows, at most one piece a second; never throws. */
export function openAnswerStream(deps: AnswerStreamDeps, options: AnswerStreamOptions): AnswerStream {
  const { publish, now } = deps;
  const conversation = fromTurnConversation(options.conversation);
  const streamId = streamIdOf(options.replyKey);
  const createdAt = isoTime(now());
  let written = '';
  let shown = '';
  let sequence = 0;
  let timer: NodeJS.Timeout | undefined;
  let lastPieceAt = 0;
  let last: Entry | undefined;
  let isShown = options.isRepeat;
  let sending: Promise<void> = Promise.resolve();

  function send(signal: Signal): void {
    sending = sending
      .then(async () => {
        last = await publish(conversation, { signal, ref: `stream:${ulid(now())}`, to: options.to, last });
      })
      .catch(deps.onError);
  }

  function takeBack(): void {
    if (isShown) send({ type: 'message_stream_abort', data: { streamId, conversationId: conversation.id } });
    isShown = false;
    shown = '';
    sequence = 0;
  }

  function sendPiece(): void {
    timer = undefined;
    const safe = harmlessStart(written);
    lastPieceAt = now();
    // What came later may change how the beginning reads, if only in texts that are made for it: shown anew.
    if (!safe.startsWith(shown)) takeBack();
    const delta = safe.slice(shown.length);
    if (delta === '') return;
    const about = { streamId, conversationId: conversation.id, userId: BOT_ID, createdAt };
    send({ type: 'message_stream_delta', data: { ...about, sequence, delta } });
    sequence += 1;
    shown = safe;
    isShown = true;
  }

  function quiet(): void {
    clearTimeout(timer);
    timer = undefined;
    written = '';
  }

  if (options.isRepeat) takeBack();
  return {
    delta: (text) => {
      written += text;
      timer ??= setTimeout(sendPiece, Math.max(lastPieceAt + PIECE_MS - now(), 0));
    },
    abort: async () => {
      quiet();
      takeBack();
      await sending;
    },
    end: async () => {
      quiet();
      await sending;
    },
  };
}
