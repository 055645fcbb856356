/** Room of events: the receiver that shows handoffs on their own platform. Nothing else needs it: what is refused there is let be. */
import { Later } from '../errors.ts';
import { errorName, type Log, pseudonym } from '../log.ts';
import { PATIENCE_MS, type Receiver } from './deliver.ts';
import type { EventType } from './event.ts';

const STATES = {
  'handoff.requested': 'waiting',
  'handoff.taken': 'taken',
  'handoff.returned': 'returned',
} as const satisfies Partial<Record<EventType, string>>;

type State = (typeof STATES)[keyof typeof STATES];

/** Whether it is a change that can be shown. */
export function isShown(type: EventType): type is keyof typeof STATES {
  return type in STATES;
}

/** `show` gives why it never will be shown, and throws `Later` for what is to be tried again. */
export function showing(
  show: (conversation: string, state: State, signal: AbortSignal) => Promise<string | undefined>,
  log: Log,
): Receiver {
  return {
    isNoted: true,
    post: async ({ type, platform, conversation, id }) => {
      if (type === undefined || !isShown(type)) return undefined;
      try {
        const reason = await show(conversation, STATES[type], AbortSignal.timeout(PATIENCE_MS));
        if (reason !== undefined)
          log('handoff-not-shown', { conversation: pseudonym(platform, conversation), told: id, reason });
        return undefined;
      } catch (error) {
        return error instanceof Later ? error.message : errorName(error);
      }
    },
  };
}
