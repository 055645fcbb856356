/** Stop 5, where a conversation goes back to the bot: by the team's word, by its silence, or by an operator. */
import type { HandoffSettings } from '../config/handoff.ts';
import type { Tell } from '../events/outbox.ts';
import { type Log, labelsOf } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Handoff, MessageRef } from '../types.ts';
import { messageOfHandoff, toldOf } from './handoff.ts';

export interface ReturnDeps {
  store: Pick<Store, 'giveBack' | 'noteDue'>;
  handoff: HandoffSettings;
  tell: Tell;
  now(): number;
  log: Log;
}

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

/** Tells, and then lets the bot answer what is said after `at` (ms). */
export async function giveBack(
  { store, tell, now, log }: ReturnDeps,
  { platform, conversation }: Of,
  handoff: Handoff,
  { by, at }: { by: string; at: number },
): Promise<void> {
  const { id, bot, speaker, heardAt = 0 } = handoff;
  const messageId = messageOfHandoff(id);
  await tell({
    ...{ type: 'handoff.returned', key: id, at: now(), platform, conversation, bot, messageId, user: speaker.id },
    text: `The bot answers again on ${platform} in ${conversation} (${by}).`,
    data: { ...toldOf(handoff), returnedBy: by },
  });
  const isBack = await store.giveBack({ platform, conversation }, { id, at, heardAt });
  log('conversation-given-back', { ...labelsOf({ platform, conversation, messageId }), isBack });
}
