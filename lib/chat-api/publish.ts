/** The Chat API server: makes a signal known to every stream of its conversation and, where one is set, to the outgoing webhook. */

import type { Entry, NewEntry, SignalLog } from '../store/chat-api/signals.ts';
import type { ConversationRef } from './ids.ts';
import type { Signal } from './models.ts';
import type { Share } from './share.ts';

/** A signal on its way to the outgoing webhook. */
export interface Outbound {
  conversation: string;
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
  /** An earlier attempt may have made it known already: it began at this time (ms). */
  mayBeOutSince?: number | undefined;
  /** An entry the caller has seen: saves a read. */
  last?: Entry | undefined;
}

export type Publish = (conversation: ConversationRef, publication: Publication) => Promise<Entry | undefined>;

/** Resolves when the signal is kept; `undefined` when an earlier attempt had kept it. */
export function openPublish({ signals, share, putOutbound }: PublishDeps): Publish {
  return async ({ key }, { signal, mayBeOutSince, last, ...rest }) => {
    const body = JSON.stringify(signal);
    // Looked up before the look back, so that nothing can come between the two unseen.
    const seen = last ?? (mayBeOutSince === undefined ? undefined : await signals.head(key));
    const isOut = mayBeOutSince !== undefined && (await signals.has(key, rest.ref, mayBeOutSince));
    const entry: NewEntry = { ...rest, signal: body };
    const written = isOut ? undefined : await signals.append(key, entry, seen);
    if (written) share.tell(key, written);
    await putOutbound?.({ conversation: key, id: `${key}:${rest.ref}`, body });
    return written;
  };
}
