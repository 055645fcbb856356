/** Stop 5, in a group: whether what was said there without calling the bot is its business all the same. */
import type { Store } from '../store/store.ts';
import type { Sent } from '../types.ts';

/** A team that has joined makes no group of a user and the bot; and what a group says while a human answers belongs to the history. */
export async function isForUs(store: Pick<Store, 'conversationOf'>, sent: Sent): Promise<boolean> {
  if (!sent.among) return true;
  const { owner, team } = await store.conversationOf(sent);
  return owner !== 'bot' || sent.among.every((id) => team.includes(id));
}
