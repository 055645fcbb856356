/** The playground: what keeps the bot silent in a conversation, as the page tells it. Pure. */
import { tellHandoff } from '../../lib/operator/handoff.ts';
import type { Conversation, MessageRef } from '../../lib/types.ts';

/** Why people have it, by whom and since when, and the way back; nothing where the bot answers. */
export function tellPeople(
  { owner, handoff }: Pick<Conversation, 'owner' | 'handoff'>,
  { platform, conversation }: Pick<MessageRef, 'platform' | 'conversation'>,
): string | undefined {
  if (owner === 'bot') return undefined;
  const [why = 'is paused'] = owner === 'human' && handoff ? tellHandoff(handoff, false) : [];
  return `This conversation ${why}. The bot answers again after: npm run bot -- resume ${conversation} --platform ${platform}`;
}
