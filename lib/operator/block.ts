/** Room of the operator: `block` and `unblock` decide whether a user of a platform gets answers. */

import { Rejected } from '../errors.ts';
import type { PlatformName } from '../types.ts';
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
  checkWhole(deps, of);
  return { of, before: (await deps.store.marksOf(of)).blockedAt > 0 };
}

/** Whoever has said nothing in /chat yet may come with any key: only the whole name says who is meant. */
function checkWhole({ callers }: Pick<OperatorDeps, 'callers'>, { platform, user }: Whom): void {
  if (platform !== 'http' || callers.some((caller) => user === caller || user.startsWith(`${caller}:`))) return;
  const names = callers.map((caller) => `${caller}:${user}`).join(' or ');
  throw new Rejected(409, `${user} has said nothing yet: use the whole name, ${names}.`);
}
