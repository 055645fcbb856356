/** Stop 6, before Claude: which earlier message a user means who answers to one. */
import { errorName, labelsOf } from '../log.ts';
import { partsOfSk, type Store } from '../store/store.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Earlier, Quoted, Said, Sent, Turn } from '../types.ts';
import { PATIENCE_MS } from './earlier.ts';
import { platformOf } from './ending.ts';
import type { TurnDeps } from './shapes.ts';

/** As much of it (bytes) as tells one message from another, and what to expand on. */
const QUOTE_BYTES = 1_000;

interface Quoting {
  head: Sent;
  said: readonly Said[];
  turns: readonly Turn[];
  earlier?: readonly Earlier[] | undefined;
}

type QuoteDeps = Pick<TurnDeps, 'platform' | 'log'> & { store: Pick<Store, 'marksOf'> };

/**
 * The messages with what they quote: from the table, or else from the platform, whose failure costs the quote only, as does a forgetting
 * of who said it. Never throws.
 */
export async function withQuotes(deps: QuoteDeps, { head, said, ...known }: Quoting): Promise<Said[]> {
  const quoting = said.map(async (one) => {
    if (one.quotes === undefined || one.quote) return one;
    const quote = quoteIn(known, one.quotes) ?? (await ask(deps, head, one.quotes));
    return quote?.text.trim() ? { ...one, quote: { by: quote.by, text: cutToBytes(quote.text, QUOTE_BYTES) } } : one;
  });
  return Promise.all(quoting);
}

/**
 * Takes out of a turn that is stored what it quotes of somebody who was forgotten since the table was looked at: whoever forgets may have
 * come by before it was there. Never throws.
 */
export async function withoutForgotten(
  { store, log }: Pick<TurnDeps, 'log'> & { store: Pick<Store, 'marksOf' | 'unquote'> },
  { head, said, ...known }: Quoting,
): Promise<void> {
  try {
    const kept = said.map(async ({ quote, ...one }) => {
      const quoted = quote && one.quotes !== undefined ? quoteIn(known, one.quotes) : undefined;
      const isGone = quoted && quoted.from !== head.speaker.id && (await isForgotten(store, head, quoted));
      return quote && !isGone ? { ...one, quote } : one;
    });
    const without = await Promise.all(kept);
    if (without.some(({ quote }: Said, i) => quote !== said[i]?.quote)) await store.unquote(head, without);
  } catch (error) {
    log('quote-not-checked', { ...labelsOf(head), error: errorName(error) });
  }
}

async function isForgotten(store: Pick<Store, 'marksOf'>, { platform }: Sent, { from, at }: Quoted): Promise<boolean> {
  return (await store.marksOf({ platform, user: from })).forgottenAt >= at;
}

function quoteIn({ turns, earlier = [] }: Pick<Quoting, 'turns' | 'earlier'>, id: string): Quoted | undefined {
  for (const { sk, said, reply, replyIds = [] } of turns) {
    const [first] = said;
    if (reply && replyIds.includes(id))
      return { by: 'bot', text: reply.text, at: partsOfSk(sk).createdAt, from: reply.to ?? first?.speaker.id ?? '' };
    const meant = said.find(({ messageId }) => messageId === id);
    // The change of a message stands on its own item, whichever turn answered it.
    const correction = meant && turns.find(({ messageId }) => messageId === id)?.correction;
    if (meant) {
      const { byTeam, text, createdAt: at, speaker } = meant;
      return { by: byTeam ? 'team' : 'user', text: correction?.text ?? text, at, from: speaker.id };
    }
  }
  return earlier.find((one) => one.id === id);
}

async function ask(deps: QuoteDeps, head: Sent, id: string): Promise<Quoted | undefined> {
  try {
    const quoted = await platformOf(deps, head).quoted?.(head, id, AbortSignal.timeout(PATIENCE_MS));
    return quoted && (await isForgotten(deps.store, head, quoted)) ? undefined : quoted;
  } catch (error) {
    deps.log('quote-not-found', { ...labelsOf(head), error: errorName(error) });
    return undefined;
  }
}
