/** Stop 5, where a human of the team has written: from now on the conversation is theirs, and what they said is remembered. */
import { DEFAULT_BOT } from '../bots/identity.ts';
import { masked } from '../events/event.ts';
import { labelsOf } from '../log.ts';
import type { Store } from '../store/store.ts';
import { isBack } from '../text/back.ts';
import type { Conversation, Handoff, Intervened } from '../types.ts';
import { handoffId, silenceDue, toldOf } from './handoff.ts';
import { hear } from './hear.ts';
import { giveBack, type ReturnDeps } from './return.ts';
import type { TurnDeps } from './shapes.ts';

export interface InterveneDeps extends ReturnDeps {
  store: ReturnDeps['store'] &
    Pick<Store, 'find' | 'conversationOf' | 'takeOver' | 'hearTeam' | 'note' | 'noteSpeaker'>;
  speech: TurnDeps['speech'];
}

/** A repeat changes nothing, also when the conversation was given back to the bot in between. */
export async function intervene(deps: InterveneDeps, inbound: Intervened): Promise<void> {
  const { store, speech } = deps;
  const known = await store.find(inbound);
  if (known?.state !== undefined) return;
  const conversation = await store.conversationOf(inbound);
  if (isBack(inbound.text)) return returnByTeam(deps, inbound, conversation);
  // First, as it is what the user would notice; a crash in between makes both happen again.
  const isLate = conversation.owner === 'bot' && (conversation.ownedAt ?? 0) >= inbound.createdAt;
  if (isLate || conversation.owner === 'paused') await store.hearTeam(inbound, inbound.speaker.id);
  else await take(deps, inbound, conversation);
  await store.noteSpeaker({ ...inbound, user: inbound.speaker.id }, inbound.createdAt);
  await store.note(inbound, { ...hear(inbound, { maxChars: NO_LIMIT, speech: speech(inbound) }), byTeam: true });
}

/** How long users may write says nothing about the team. */
const NO_LIMIT = 0;

async function take(deps: InterveneDeps, inbound: Intervened, { handoff, returned = 0 }: Conversation): Promise<void> {
  const { store, tell, now, log } = deps;
  const { platform, conversation, messageId, createdAt, speaker } = inbound;
  const taken = handoff ?? byTeam(inbound, returned);
  if (handoff?.state !== 'taken') {
    await silenceDue(deps, inbound, { id: taken.id, heardAt: createdAt });
    const who = speaker.name ? masked(speaker.name) : speaker.id;
    await tell({
      ...{ type: 'handoff.taken', key: taken.id, at: now(), platform, conversation, bot: taken.bot, messageId },
      user: taken.speaker.id,
      text: `${who} has taken over on ${platform} in ${conversation}.`,
      data: { ...toldOf(taken), member: speaker.id },
    });
  }
  await store.takeOver(inbound, { member: speaker.id, at: createdAt, handoff: { ...taken, state: 'taken' } });
  log('conversation-taken-over', labelsOf(inbound));
}

/** Nobody asked for it. */
function byTeam({ messageId, createdAt, speaker }: Intervened, returned: number): Handoff {
  const { id, name } = speaker;
  return {
    id: handoffId(messageId, returned),
    ...{ state: 'taken', by: 'team', bot: DEFAULT_BOT, at: createdAt, messages: [] },
    reason: 'Somebody of the team wrote in the conversation.',
    speaker: { id, ...(name ? { name } : {}) },
  };
}

/** Neither history nor answered. A repeat that comes when somebody has taken over anew changes nothing. */
async function returnByTeam(deps: InterveneDeps, inbound: Intervened, { handoff }: Conversation): Promise<void> {
  const { createdAt, speaker } = inbound;
  if (!handoff || createdAt < Math.max(handoff.at, handoff.heardAt ?? 0)) return;
  await giveBack(deps, inbound, handoff, { by: speaker.name ? masked(speaker.name) : speaker.id, at: createdAt });
}
