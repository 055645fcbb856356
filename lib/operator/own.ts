/** Room of the operator: `pause` and `resume` decide whether the bot answers in a conversation. */
import type { Owner } from '../types.ts';
import { type Named, orNew } from './conversation.ts';
import { findConversation } from './trace.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/** The bot stays silent there. */
export function pause(deps: OperatorDeps, named: Named): Promise<Answer> {
  return giveTo('paused', deps, named);
}

/** It answers there again. */
export function resume(deps: OperatorDeps, named: Named): Promise<Answer> {
  return giveTo('bot', deps, named);
}

async function giveTo(owner: Owner, deps: OperatorDeps, named: Named): Promise<Answer> {
  const { store, put, now } = deps;
  const { name } = named;
  // Somebody may want the bot to be silent from the first message on.
  const { platform, conversation } = await findConversation(deps, named).catch(orNew(deps, named));
  const of = { platform, conversation };
  const { owner: before, handoff } = await store.conversationOf(of);
  // First, so that those who were told that somebody is needed hear of its end, whatever ends this in between.
  if (owner === 'bot' && handoff)
    await put({ event: 'due', what: 'resumed', ...of, messageId: handoff.id, createdAt: now(), handoff });
  await store.handOver(of, owner);
  const text = owner === 'bot' ? `The bot answers in ${name} again.` : `The bot is silent in ${name}.`;
  return { text: before === owner ? `${text} It was so before.` : text, json: { ...of, owner, before } };
}
