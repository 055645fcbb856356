/** Room of the operator: `block` and `unblock` decide whether a user of a platform gets answers. */
import type { PlatformName } from '../types.ts';
import { wholeName } from './conversation.ts';
import { findUser } from './forget.ts';
import type { Answer, OperatorDeps } from './verb.ts';

interface Whom {
  platform: PlatformName;
  user: string;
}

/** They are told so with their next message, once; from then on the bot is silent towards them. */
export async function block(deps: OperatorDeps, whom: Whom): Promise<Answer> {
  const { of, before } = await standingOf(deps, whom);
  await deps.store.block(of);
  const text = before ? 'It was so before.' : 'They are told once.';
  return {
    text: `${of.user} on ${of.platform} gets no answers any more. ${text}`,
    json: { ...of, blocked: true, before },
  };
}

/** What they said meanwhile is known to the bot, and not answered. */
export async function unblock(deps: OperatorDeps, whom: Whom): Promise<Answer> {
  const { of, before } = await standingOf(deps, whom);
  await deps.store.unblock(of);
  const text = before ? '' : ' It was so before.';
  return { text: `${of.user} on ${of.platform} gets answers again.${text}`, json: { ...of, blocked: false, before } };
}

async function standingOf(deps: OperatorDeps, whom: Whom): Promise<{ of: Whom; before: boolean }> {
  const of = await findUser(deps, whom);
  // Else it would be in vain.
  wholeName(deps, { platform: of.platform, name: of.user });
  return { of, before: (await deps.store.marksOf(of)).blockedAt > 0 };
}
