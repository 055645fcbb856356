/** Room of /chat: limits belong to the caller's key, and over a limit a message is refused, not stored with a sentence for an answer. */
import { sentences } from '../text/sentences.ts';
import type { Asker, Limits, OverLimit, Reservation } from '../turn/limits.ts';
import { LimitReached } from './failure.ts';
import { callerOf } from './session.ts';

export interface CallerLimits extends Limits {
  /** Begins to count the message and to set money aside, while the table is still asked for its history. */
  begin(asker: Asker, promptTokens: number): void;
  /** Ends what was begun for a message that was not answered after all. */
  end(asker: Asker): Promise<void>;
}

interface Begun {
  admitted: Promise<OverLimit | undefined>;
  reserved: Promise<Reservation | OverLimit>;
  usd: number;
}

/** Room for a history of some thirty turns; a longer one has the rest set aside when it is known, which takes a write more. */
const HISTORY_TOKENS = 10_000;

/** Over a limit `admitMessage` and `reserve` throw `LimitReached`. `estimateUsd` is of an answer to so many prompt tokens. */
export function openCallerLimits(limits: Limits, estimateUsd: (promptTokens: number) => number): CallerLimits {
  const all = new Map<string, Begun>();
  const nameOf = ({ conversation, sk }: Asker) => `${conversation}#${sk}`;
  const payer = (asker: Asker): Asker => ({ ...asker, user: callerOf(asker) });

  return {
    begin: (asker, promptTokens) => {
      const usd = estimateUsd(promptTokens + HISTORY_TOKENS);
      const begun = { admitted: limits.admitMessage(payer(asker)), reserved: limits.reserve(payer(asker), usd), usd };
      // A rejection reaches those who await it; perhaps nobody does.
      for (const promise of [begun.admitted, begun.reserved]) promise.catch(() => {});
      all.set(nameOf(asker), begun);
    },

    admitMessage: async (asker) => {
      const over = await (all.get(nameOf(asker))?.admitted ?? limits.admitMessage(payer(asker)));
      return over ? refuse(over) : undefined;
    },

    reserve: async (asker, usd) => {
      const begun = all.get(nameOf(asker));
      all.delete(nameOf(asker));
      const first = await (begun?.reserved ?? limits.reserve(payer(asker), usd));
      if ('limit' in first) return refuse(first);
      if (!begun || usd <= begun.usd) return first;
      const second = await limits.reserve(payer(asker), usd - begun.usd);
      if (!('limit' in second)) return { ...first, micros: first.micros + second.micros };
      await limits.settle(first, 0);
      return refuse(second);
    },

    settle: limits.settle,

    end: async (asker) => {
      const begun = all.get(nameOf(asker));
      all.delete(nameOf(asker));
      const reserved = await begun?.reserved.catch(() => undefined);
      if (reserved && 'parts' in reserved) await limits.settle(reserved, 0);
    },
  };
}

function refuse({ limit, waitSeconds }: OverLimit): never {
  const sentence = { messages: sentences.slowDown, user: sentences.userSpent, total: sentences.allSpent }[limit];
  throw new LimitReached(sentence(waitSeconds), waitSeconds);
}
