/** Room of events: the outbox. An event waits in the queue, once for each receiver, before anything else says that it happened. */
import { Later } from '../errors.ts';
import { type Log, labelsOf } from '../log.ts';
import { bodyOf, eventIdOf, type Happening, type Letter, type ReceiverName } from './event.ts';

export interface OutboxDeps {
  receivers: readonly { to: ReceiverName; takes(happening: Pick<Happening, 'type' | 'platform'>): boolean }[];
  /** Resolves when the queue has it; a repeat is dropped there, or known by its id when it is delivered. */
  put(letter: Letter): Promise<void>;
  log: Log;
}

/** Resolves when every receiver's copy waits in the queue: to be awaited before the state that it tells of is written. Throws `Later` when the queue does not answer. */
export type Tell = (happening: Happening) => Promise<void>;

/** Where nobody wants to be told. */
export const tellNobody: Tell = async () => {};

/** `tell` for these receivers. */
export function openOutbox({ receivers, put, log }: OutboxDeps): Tell {
  return async (happening) => {
    const { type, platform, conversation, messageId, user } = happening;
    const wanted = receivers.filter(({ takes }) => takes(happening));
    if (wanted.length === 0) return;
    const id = eventIdOf(happening);
    const about = { id, type, platform, conversation, messageId, ...(user ? { user } : {}) };
    const body = bodyOf(happening);
    await Promise.all(wanted.map(({ to }) => put({ to, ...about, body }))).catch((error: unknown) => {
      throw new Later('the queue of events did not answer', { cause: error });
    });
    log('event-kept', { ...labelsOf({ platform, conversation, messageId }), told: id, type });
  };
}
