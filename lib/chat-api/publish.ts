/** The Chat API server: makes a signal known to every stream of its conversation and, where one is set, to the outgoing webhook. */

import type { Entry, NewEntry, SignalLog } from '../store/chat-api/signals.ts';
import { BOT_ID } from './bot.ts';
import { type ConversationRef, inRealm, toTurnConversation } from './ids.ts';
import type { Signal } from './models.ts';
import type { Share } from './share.ts';

/** A signal on its way to the outgoing webhook; conversation and user as the turns know them. */
export interface Outbound {
  conversation: string;
  /** Whose matter it is. */
  user: string | undefined;
  /** The same for every repeat. */
  id: string;
  /** The signal as JSON: the body, byte by byte as the streams carry it. */
  body: string;
}

export interface PublishDeps {
  signals: SignalLog;
  share: Share;
  /** Absent where no webhook is set. */
  putOutbound?: ((outbound: Outbound) => Promise<void>) | undefined;
}

export interface Publication extends Omit<NewEntry, 'signal'> {
  signal: Signal;
  /** Of the bot's, whom it is said to, as the turns know them. */
  to?: string | undefined;
  /** An earlier attempt may have made it known already: it began at this time (ms). */
  mayBeOutSince?: number | undefined;
  /** An entry the caller has seen: saves a read. */
  last?: Entry | undefined;
}

export type Publish = (conversation: ConversationRef, publication: Publication) => Promise<Entry | undefined>;

/** Resolves when the signal is kept; `undefined` when an earlier attempt had kept it. */
export function openPublish({ signals, share, putOutbound }: PublishDeps): Publish {
  return async (conversation, { signal, to, mayBeOutSince, last, ...rest }) => {
    const { key } = conversation;
    const body = JSON.stringify(signal);
    // Looked up before the look back, so that nothing can come between the two unseen.
    const seen = last ?? (mayBeOutSince === undefined ? undefined : await signals.head(key));
    const isOut = mayBeOutSince !== undefined && (await signals.has(key, rest.ref, mayBeOutSince));
    const entry: NewEntry = { ...rest, signal: body };
    const written = isOut ? undefined : await signals.append(key, entry, seen);
    if (written) share.tell(key, written);
    const user = to ?? userOf(conversation, signal);
    await putOutbound?.({ conversation: toTurnConversation(conversation), user, id: `${key}:${rest.ref}`, body });
    return written;
  };
}

/** Who did what it tells of, where that is no bot. */
function userOf({ realm }: ConversationRef, { data }: Signal): string | undefined {
  const id = 'userId' in data ? data.userId : 'participantId' in data ? data.participantId : BOT_ID;
  return id === BOT_ID ? undefined : inRealm(realm, id);
}
