/** Stop 7, where the bot says something unasked: a turn of its own without a question, answered from the start. */
import type { MessageRef, Sent } from '../types.ts';
import { send } from './send.ts';
import { alone, letOthers } from './sending.ts';
import { type TurnDeps, type TurnInput, UNASKED } from './shapes.ts';

export interface Saying extends MessageRef {
  text: string;
  /** Whom it is said to. */
  speaker: Sent['speaker'];
  bot?: string | undefined;
}

/**
 * Says it once: `messageId` and `createdAt` are the same in every attempt. It is stored before it is sent, and Claude remembers it as its
 * own words. Throws `Later` while platform or table is away.
 */
export async function say(
  deps: TurnDeps,
  { text, speaker, bot, ...ref }: Saying,
  { attempts, remainingMs }: Pick<TurnInput, 'attempts' | 'remainingMs'>,
): Promise<void> {
  const { store, now } = deps;
  const startedAt = now();
  const isNew = await store.say(ref, { kind: 'answer', text, stop: UNASKED, ...(bot ? { bot } : {}) });
  const turn = await store.find(ref);
  if (turn?.state !== 'ANSWERED' || !turn.reply) return;
  const head: Sent = { ...ref, event: 'sent', speaker, text: '', attachments: [], ...(bot ? { bot } : {}) };
  const input: TurnInput = { burst: [head], generation: 0, attempts, remainingMs };
  const owner = await alone(deps, input);
  const { reply } = turn;
  const mayBeOut = isNew ? {} : { mayBeOutSince: ref.createdAt };
  await send(deps, input, { turn, reply, startedAt, ...mayBeOut }).catch(letOthers(deps, head, owner));
}
