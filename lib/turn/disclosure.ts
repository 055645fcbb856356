/** Stop 6, in front of the first answer of a conversation: what the bot says of itself, once, as a part of the stored answer. */
import type { Bot } from '../bots/bot.ts';
import { DEFAULT_BOT } from '../bots/identity.ts';
import type { Reply, Source, Turn } from '../types.ts';
import type { Compose } from './compose.ts';
import type { Listener } from './listener.ts';

/** `compose` for this bot, which discloses what it is where it has not answered in the conversation before. */
export function disclosing(compose: Compose, { name, disclosure }: Pick<Bot, 'name' | 'disclosure'>): Compose {
  if (disclosure === undefined) return compose;
  const opening = `${disclosure}\n\n`;
  const isTold = ({ state, reply }: Turn) =>
    (state === 'ANSWERED' || state === 'DELIVERED') &&
    (reply?.bot ?? DEFAULT_BOT) === name &&
    ((reply?.kind === 'answer' && reply.to === undefined) || reply?.text.startsWith(opening));
  return async (input) => {
    if (input.recent.turns.some((turn) => turn.sk !== input.turn.sk && isTold(turn))) return compose(input);
    const opened = input.listener && openingWith(opening, input.listener);
    const composed = await compose({ ...input, listener: opened?.listener });
    if ('mergedInto' in composed) return composed;
    const { reply } = composed;
    // A limit or a refusal is no answer; but what was shown and cannot be taken back is what is stored.
    const isSaid = reply.kind === 'answer' || opened?.isShown();
    return isSaid ? { reply: behind(opening, reply) } : composed;
  };
}

/** The reply with its sources where they now are. */
function behind<R extends Reply>(opening: string, reply: R): R {
  const sources = reply.sources?.map((source) => moved(source, opening));
  return { ...reply, text: opening + reply.text, ...(sources ? { sources } : {}) };
}

function moved(source: Source, opening: string): Source {
  return { ...source, at: source.at + opening.length };
}

/** Who reads along reads it first, as soon as there is an answer behind it. */
function openingWith(opening: string, listener: Listener) {
  let isShown = false;
  const opened: Listener = {
    ...listener,
    onText(delta) {
      listener.onText(isShown ? delta : opening + delta);
      isShown = true;
    },
    onSource: (source) => listener.onSource?.(moved(source, opening)),
    onRetract() {
      isShown = false;
      listener.onRetract?.();
    },
  };
  return { listener: opened, isShown: () => isShown };
}
