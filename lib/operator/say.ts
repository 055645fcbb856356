/** Room of the operator: `say` has the bot say something that nobody asked for, once for each key. */
import { sizes } from '../bounds.ts';
import { Rejected } from '../errors.ts';
import { guard } from '../text/guard.ts';
import type { Turn, Unasked } from '../types.ts';
import { botIn, type Named, turnsOf } from './conversation.ts';
import { findConversation } from './trace.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/**
 * It waits behind what was said before it, and is said to whoever spoke last, by the bot that answered last. It is put into the queue
 * whenever it is asked for, as an earlier call may have ended before that; its turn makes it once.
 */
export async function say(
  deps: OperatorDeps,
  { text: given, key, ...named }: Named & { text: string; key: string },
): Promise<Answer> {
  const { store, put } = deps;
  if (Buffer.byteLength(given) > sizes.operatorBodyBytes) throw new Rejected(413, 'A text over 32 KB is not said.');
  const heard = guard(given, { maxChars: 0 });
  if (!('text' in heard)) throw new Rejected(400, `A text that is ${heard.reason} is not said.`);
  const { platform, conversation } = await findConversation(deps, named);
  const of = { platform, conversation };
  const turns = await turnsOf(store, of);
  const speaker = turns.map(speakerIn).findLast((one) => one !== undefined);
  if (!speaker) throw new Rejected(409, `Nobody has written in ${named.name}: there is nobody to say it to.`);
  const { ref, isRepeat } = await store.unaskedOf(of, key);
  await put({ event: 'say', ...ref, text: heard.text, speaker, ...botIn(turns) });
  return {
    text: isRepeat ? 'This key was used: nothing is said.' : `On its way to ${speaker.id}, as ${ref.messageId}.`,
    json: { ...of, message: ref.messageId, to: speaker.id, isNew: !isRepeat },
  };
}

/** A user who spoke in it, or to whom it was said unasked. */
function speakerIn({ said, reply }: Turn): Unasked['speaker'] | undefined {
  const user = said.findLast(({ byTeam }) => !byTeam)?.speaker;
  if (user) return { id: user.id, ...(user.locale ? { locale: user.locale } : {}) };
  return reply?.to === undefined ? undefined : { id: reply.to };
}
