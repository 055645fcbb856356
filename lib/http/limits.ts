/** Room of /chat: limits belong to the caller's key, and over a limit a message is refused, not stored with a sentence for an answer. */
import type { SpeechFor } from '../bots/speech.ts';
import type { Speech } from '../text/sentences.ts';
import type { Asker, Limits, OverLimit, Reservation } from '../turn/limits.ts';
import { LimitReached } from './failure.ts';
import { callerOf } from './session.ts';

export interface CallerLimits extends Limits {
  /** Begins to count the message and to set money aside, while the table is still asked for its history. */
  begin(asker: Asker, promptTokens: number): void;
  /** Ends what was begun for a message that was not answered after all. */
  end(asker: Asker): Promise<void>;
}

/** Room for a history of some thirty turns; a longer one has the rest set aside when it is known, which takes two writes more. */
const HISTORY_TOKENS = 10_000;

/** Over a limit `enter` and `raise` throw `LimitReached`. `estimateOf` gives US dollars for an answer of a bot to so many prompt tokens. */
export function openCallerLimits(
  limits: Limits,
  { estimateOf, speech }: { estimateOf(bot: string | undefined): (promptTokens: number) => number; speech: SpeechFor },
): CallerLimits {
  const begun = new Map<string, Promise<Reservation | OverLimit>>();
  const nameOf = ({ conversation, sk }: Asker) => `${conversation}#${sk}`;
  const payer = (asker: Asker): Asker => ({ ...asker, user: callerOf(asker) });

  function takeBegun(asker: Asker) {
    const entering = begun.get(nameOf(asker));
    begun.delete(nameOf(asker));
    return entering;
  }

  async function raise(asker: Asker, reserved: Reservation, usd: number): Promise<Reservation> {
    return allowed(await limits.raise(payer(asker), reserved, usd), speech(asker));
  }

  return {
    begin: (asker, promptTokens) => {
      const usd = estimateOf(asker.bot)(promptTokens + HISTORY_TOKENS);
      const entering = limits.enter(payer(asker), { messages: 1, usd });
      entering.catch(() => {}); // Whoever asks for it hears of it; nobody may.
      begun.set(nameOf(asker), entering);
    },

    enter: async (asker, asked) => {
      const reserved = allowed(await (takeBegun(asker) ?? limits.enter(payer(asker), asked)), speech(asker));
      return raise(asker, reserved, asked.usd).catch(async (error: unknown) => {
        await limits.settle(reserved, 0);
        throw error;
      });
    },

    raise,
    settle: limits.settle,

    end: async (asker) => {
      const reserved = await takeBegun(asker)?.catch(() => undefined);
      if (reserved && 'parts' in reserved) await limits.settle(reserved, 0);
    },
  };
}

function allowed(entered: Reservation | OverLimit, speech: Speech): Reservation {
  if ('parts' in entered) return entered;
  const { limit, waitSeconds } = entered;
  const sentence = { messages: speech.slowDown, user: speech.userSpent, total: speech.allSpent }[limit];
  throw new LimitReached(sentence(waitSeconds), waitSeconds);
}
