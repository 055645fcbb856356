/** Room of /chat: limits belong to the caller's key, and over a limit a message is refused, not stored with a sentence for an answer. */
import { sentences } from '../errors.ts';
import type { Asker, Limits, OverLimit } from '../limits.ts';
import { LimitReached } from './failure.ts';
import { callerOf } from './session.ts';

/** The same limits; over them `admitMessage` and `reserve` throw `LimitReached`. */
export function perCaller(limits: Limits): Limits {
  const payer = (asker: Asker): Asker => ({ ...asker, user: callerOf(asker) });
  return {
    admitMessage: async (asker) => {
      const over = await limits.admitMessage(payer(asker));
      if (over) refuse(over);
      return undefined;
    },
    reserve: async (asker, usd) => {
      const reserved = await limits.reserve(payer(asker), usd);
      return 'limit' in reserved ? refuse(reserved) : reserved;
    },
    settle: limits.settle,
  };
}

function refuse({ limit, waitSeconds }: OverLimit): never {
  const sentence = { messages: sentences.slowDown, user: sentences.userSpent, total: sentences.allSpent }[limit];
  throw new LimitReached(sentence(waitSeconds), waitSeconds);
}
