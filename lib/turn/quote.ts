/** Stop 6, before Claude: which earlier message a user means who answers to one. */
import { errorName, labelsOf } from '../log.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Earlier, Quote, Said, Sent, Turn } from '../types.ts';
import { PATIENCE_MS } from './earlier.ts';
import { platformOf } from './ending.ts';
import type { TurnDeps } from './shapes.ts';

/** As much of it (bytes) as tells one message from another, and what to expand on. */
const QUOTE_BYTES = 1_000;

interface Quoting {
  head: Sent;
  said: readonly Said[];
  turns: readonly Turn[];
  earlier: readonly Earlier[] | undefined;
}

/** The messages with what they quote: from the table, or else from the platform, whose failure costs the quote only. Never throws. */
export async function withQuotes(
  deps: Pick<TurnDeps, 'platform' | 'log'>,
  { head, said, turns, earlier = [] }: Quoting,
): Promise<Said[]> {
  const quoting = said.map(async (one) => {
    if (one.quotes === undefined || one.quote) return one;
    const quote =
      quoteIn(turns, one.quotes) ?? earlier.find(({ id }) => id === one.quotes) ?? (await ask(deps, head, one.quotes));
    return quote?.text.trim() ? { ...one, quote: { by: quote.by, text: cutToBytes(quote.text, QUOTE_BYTES) } } : one;
  });
  return Promise.all(quoting);
}

function quoteIn(turns: readonly Turn[], id: string): Quote | undefined {
  for (const { said, reply, replyIds = [] } of turns) {
    if (reply && replyIds.includes(id)) return { by: 'bot', text: reply.text };
    const meant = said.find(({ messageId }) => messageId === id);
    // The change of a message stands on its own item, whichever turn answered it.
    const correction = meant && turns.find(({ messageId }) => messageId === id)?.correction;
    if (meant) return { by: meant.byTeam ? 'team' : 'user', text: correction?.text ?? meant.text };
  }
  return undefined;
}

async function ask(deps: Pick<TurnDeps, 'platform' | 'log'>, head: Sent, id: string): Promise<Quote | undefined> {
  try {
    return await platformOf(deps, head).quoted?.(head, id, AbortSignal.timeout(PATIENCE_MS));
  } catch (error) {
    deps.log('quote-not-found', { ...labelsOf(head), error: errorName(error) });
    return undefined;
  }
}
