/** Stops 6-7, where a turn has acted: what it did is told with whatever it ends in. Pure. */
import { effectsInWords } from '../text/effects-in-words.ts';
import type { Speech } from '../text/sentences.ts';
import type { Effect, Reply } from '../types.ts';

/** Whether something happened, or may have: such a turn is never passed over in silence. */
export function hasActed(effects: readonly Effect[] | undefined): boolean {
  return effects?.some(({ state }) => state === 'DONE' || state === 'UNKNOWN') ?? false;
}

/** The reply with what its turn did: kept with it, and in words where Claude's own are missing or were cut. */
export function telling(reply: Reply, effects: readonly Effect[] | undefined, speech: Speech): Reply {
  if (!effects?.length) return reply;
  const isTold = reply.kind === 'answer' && TOLD.has(reply.stop);
  const text = isTold ? reply.text : [reply.text, ...effectsInWords(effects, speech)].filter(Boolean).join('\n\n');
  return { ...reply, text, effects };
}

/** What the bot did before the conversation became somebody else's, or before it had to stop. */
export function toldAlone(effects: readonly Effect[], speech: Speech): Reply {
  return telling({ kind: 'notice', text: '', stop: 'acted' }, effects, speech);
}

/** How an answer ends that has it in Claude's words, or has ours already. */
const TOLD: ReadonlySet<string> = new Set(['end_turn', 'stop_sequence', 'not found', 'acted']);
