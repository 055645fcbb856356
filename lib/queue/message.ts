/** Room of the queue: what SQS is given of each message, its group, and the id by which it knows a repeat. Pure. */
import { hash } from 'node:crypto';
import type { Letter } from '../events/event.ts';
import type { Inbound, MessageRef } from '../types.ts';

/** What travels: the message and the generation of its turn (above 0 only after a redrive). */
interface Envelope {
  v: 1;
  generation: number;
  inbound: Inbound;
}

/** A turn for the queue behind `url`: in its conversation's order, a repeat within 5 minutes dropped. */
export function turnMessage(url: string, inbound: Inbound, generation = 0) {
  return {
    QueueUrl: url,
    MessageBody: legal(JSON.stringify({ v: 1, generation, inbound } satisfies Envelope)),
    MessageGroupId: inbound.event === 'intervened' ? besideOf(inbound) : groupOf(inbound),
    MessageDeduplicationId: inConversation(dedupeId(inbound, generation), groupOf(inbound)),
  };
}

/** A record (JSON), in any order. */
export function recordMessage(url: string, body: string) {
  return { QueueUrl: url, MessageBody: legal(body) };
}

/** An event, in the order of its conversation for one receiver. */
export function eventMessage(url: string, letter: Letter) {
  const { to, id, platform, conversation } = letter;
  return {
    QueueUrl: url,
    MessageBody: legal(JSON.stringify({ v: 1, ...letter })),
    MessageGroupId: sha256(`${to}\u0000${platform}\u0000${conversation}`),
    MessageDeduplicationId: sha256(`${to}\u0000${id}`),
  };
}

/** Hashed: a group id may have at most 128 characters, a conversation id any. */
export function groupOf({ platform, conversation }: Pick<MessageRef, 'platform' | 'conversation'>): string {
  return sha256(`${platform}\u0000${conversation}`);
}

/** A group of its own beside the conversation's: behind a turn that is just answered it would come too late to stop the answer. */
function besideOf({ platform, conversation }: MessageRef): string {
  return sha256(`${platform}\u0000${conversation}\u0000team`);
}

/** Names the event, not only the message, so that an edit of a message is not taken for a repeat of it. */
export function dedupeId(inbound: Inbound, generation = 0): string {
  const { messageId } = inbound;
  const id =
    generation > 0
      ? `redrive:${messageId}:${generation}`
      : inbound.event === 'edited'
        ? `edited:${messageId}:${inbound.editedAt}`
        : inbound.event === 'due'
          ? `due:${messageId}:${inbound.what}:${inbound.createdAt}`
          : inbound.event === 'say'
            ? messageId
            : `${inbound.event}:${messageId}`;
  return LEGAL_DEDUPE_ID.test(id) ? id : sha256(id);
}

/** An id of a message need be unique in its conversation only, also on a queue that looks for repeats in all groups at once. */
function inConversation(id: string, group: string): string {
  const whole = `${id}#${group.slice(0, 16)}`;
  return LEGAL_DEDUPE_ID.test(whole) ? whole : sha256(whole);
}

const LEGAL_DEDUPE_ID = /^[\w:.\-#+=/]{1,128}$/;

/** SQS takes only characters that XML allows, and fauxqs only those below U+10000; JSON can say all of them in ASCII. */
function legal(json: string): string {
  return json.replace(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

function sha256(text: string): string {
  return hash('sha256', text);
}
