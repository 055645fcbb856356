/** The inspection tool: `pause` and `resume` decide whether the bot answers in a conversation. */
import type { Owner } from '../../lib/types.ts';
import { CannotRun } from '../cannot-run.ts';
import type { Command } from './command.ts';
import { findConversation } from './trace.ts';

export const pause: Command = {
  about: 'the bot stays silent there',
  takes: ['conversation'],
  run: (...call) => giveTo('paused', ...call),
};

export const resume: Command = {
  about: 'gives a conversation back to the bot',
  takes: ['conversation'],
  run: (...call) => giveTo('bot', ...call),
};

async function giveTo(owner: Owner, ...[place, [name = ''], options]: Parameters<Command['run']>) {
  const { store } = await place.data();
  const { platform, conversation } = await findConversation(place, name, options).catch((error: unknown) => {
    // Somebody may want the bot to be silent from the first message on.
    if (options.platform && error instanceof CannotRun) return { platform: options.platform, conversation: name };
    throw error;
  });
  const of = { platform, conversation };
  const before = await store.ownerOf(of);
  await store.handOver(of, owner);
  const text = owner === 'bot' ? `The bot answers in ${name} again.` : `The bot is silent in ${name}.`;
  return { text: before === owner ? `${text} It was so before.` : text, json: { ...of, owner, before } };
}
