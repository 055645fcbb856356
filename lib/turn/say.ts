/** Stops 5-7, where the bot says something unasked: a turn of its own without a question, answered from the start. */
import type { Reply, Sent, Unasked } from '../types.ts';
import { enter } from './forgotten.ts';
import { send } from './send.ts';
import { alone, letOthers } from './sending.ts';
import type { TurnDeps, TurnInput } from './shapes.ts';

/**
 * Says it once, whoever owns the conversation. It is stored before it is sent, and Claude remembers it as its own words. What was
 * forgotten after it was to be said is dropped. Throws `Later` while platform or table is away.
 */
export async function say(
  deps: TurnDeps,
  { event: _, text, speaker, bot, ...ref }: Unasked,
  { generation = 0, attempts, remainingMs }: Pick<TurnInput, 'attempts' | 'remainingMs'> & { generation?: number },
): Promise<void> {
  const { store, now } = deps;
  const startedAt = now();
  const asBot = bot ? { bot } : {};
  const words: Reply = { kind: 'answer', text, stop: 'unasked', to: speaker.id, ...asBot };
  const isNew = await store.say(ref, words, generation);
  const turn = await store.find(ref);
  if (turn?.state !== 'ANSWERED' || !turn.reply) return;
  const head: Sent = { ...ref, event: 'sent', speaker, text: '', attachments: [], ...asBot };
  const recent = await store.recent(ref);
  const { isForgotten } = await enter(deps, head, Promise.resolve(recent));
  if (isForgotten) return;
  const input: TurnInput = { burst: [head], generation: turn.generation, attempts, remainingMs };
  const owner = await alone(deps, input);
  const { reply } = turn;
  const mayBeOut = isNew ? {} : { mayBeOutSince: ref.createdAt };
  await send(deps, input, { turn, reply, startedAt, ...mayBeOut }).catch(letOthers(deps, head, owner));
}
