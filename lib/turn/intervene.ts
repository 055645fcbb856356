/** Stop 5, where a human of the team has written: from now on the conversation is theirs, and what they said is remembered. */

import { type Log, pseudonym } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Intervened } from '../types.ts';
import { hear } from './hear.ts';
import type { TurnDeps } from './shapes.ts';

export interface InterveneDeps {
  store: Pick<Store, 'find' | 'takeOver' | 'note'>;
  speech: TurnDeps['speech'];
  log: Log;
}

/** A repeat changes nothing, also when the conversation was given back to the bot in between. */
export async function intervene({ store, speech, log }: InterveneDeps, inbound: Intervened): Promise<void> {
  const known = await store.find(inbound);
  if (known?.state !== undefined) return;
  // First, as it is what the user would notice; a crash in between makes both happen again.
  await store.takeOver(inbound, inbound.speaker.id, inbound.createdAt);
  await store.note(inbound, { ...hear(inbound, { maxChars: NO_LIMIT, speech: speech(inbound) }), byTeam: true });
  const { platform, conversation, messageId } = inbound;
  log('conversation-taken-over', { conversation: pseudonym(platform, conversation), inbound: messageId });
}

/** How long users may write says nothing about the team. */
const NO_LIMIT = 0;
