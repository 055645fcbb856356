/** Stop 5, where something of a handoff is due: by now it may be over, and then nothing is done. */
import type { Due, Handoff } from '../types.ts';
import { HOUR_MS, messageOfHandoff, silenceDue, toldOf, withHours } from './handoff.ts';
import { giveBack, type ReturnDeps } from './return.ts';
import { say } from './say.ts';
import type { TurnDeps, TurnInput } from './shapes.ts';

export type DueDeps = TurnDeps & ReturnDeps;

/** A repeat changes nothing. Throws `Later` for what is to be tried again. */
export async function due(
  deps: DueDeps,
  inbound: Due,
  how: Pick<TurnInput, 'attempts' | 'remainingMs'>,
): Promise<void> {
  const { messageId: id, what, handoff: ended } = inbound;
  if (ended) return giveBack(deps, inbound, ended, { by: 'an operator', at: inbound.createdAt });
  const { owner, handoff } = await deps.store.conversationOf(inbound);
  if (owner !== 'human' || handoff?.id !== id) return;
  if (what === 'silence') await endSilence(deps, inbound, handoff);
  if (what === 'unanswered' && handoff.state === 'waiting') await nobodyCame(deps, inbound, handoff, how);
}

/** The team may have written since it was noted; then it is noted anew. */
async function endSilence(deps: DueDeps, inbound: Due, handoff: Handoff): Promise<void> {
  const { returnHours } = deps.handoff;
  const { id, at, heardAt = at } = handoff;
  if (returnHours === 0) return;
  if (heardAt + returnHours * HOUR_MS > deps.now()) return silenceDue(deps, inbound, { id, heardAt });
  await giveBack(deps, inbound, handoff, { by: `the team was silent for ${returnHours} h`, at: deps.now() });
}

/** The user is told once, and so are those who were told that somebody is needed. */
async function nobodyCame(
  deps: DueDeps,
  { platform, conversation, createdAt }: Due,
  handoff: Handoff,
  how: Pick<TurnInput, 'attempts' | 'remainingMs'>,
): Promise<void> {
  const { id, bot, speaker, reason } = handoff;
  const { tell, now, speech } = deps;
  const minutes = Math.round((now() - handoff.at) / 60_000);
  await tell({
    ...{ type: 'handoff.unanswered', key: id, at: now(), platform, conversation, bot, user: speaker.id },
    messageId: messageOfHandoff(id),
    text: `Nobody has come for ${minutes} minutes on ${platform} in ${conversation}: ${reason}`,
    data: { ...toldOf(handoff), minutes },
  });
  const text = withHours('nobodyYet', speech({ bot, speaker }), deps);
  const ref = { platform, conversation, messageId: `unanswered:${id}`, createdAt };
  await say(deps, { event: 'say', ...ref, text, speaker, bot }, how);
}
