/** The table, of the conversation itself: whose it is, who of the team is in it, what is remembered of it. */

import type { Conversation, Earlier, Handoff, MessageRef, Owner, Summary } from '../types.ts';
import type { Access } from './access.ts';
import { CONVERSATION_SK, EARLIER_SK, partition, turnSk } from './keys.ts';
import { openSilent } from './silent.ts';

/** What is kept of a conversation beside its turns. Throws `Later` when the table does not answer. */
export function openConversations(access: Access) {
  const { read, update, remove, expiresAt, now } = access;
  const { noteSilence, endSilence } = openSilent(access);
  /** What the conversation's own item says at this moment. */
  async function conversationOf(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<Conversation> {
    return toConversation(await read(partition(of), CONVERSATION_SK));
  }

  return {
    /**
     * Replaces the summary, unless one that reaches further was written meanwhile. `last` is a turn of the conversation: when that is
     * gone, the conversation was forgotten while its summary was written, and the summary goes, too.
     */
    async summarize(last: MessageRef, summary: Summary): Promise<void> {
      const pk = partition(last);
      await update(pk, CONVERSATION_SK, {
        UpdateExpression: 'SET summary = :summary, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(summary) OR summary.upTo < :upTo',
        ExpressionAttributeValues: { ':summary': summary, ':upTo': summary.upTo, ':expires': expiresAt() },
      });
      if (await read(pk, turnSk(last))) return;
      const isAll = await remove(pk, CONVERSATION_SK, { unless: ['owner', 'team', 'roles'] });
      if (!isAll) await update(pk, CONVERSATION_SK, { UpdateExpression: 'REMOVE summary' });
    },

    /** Hands the conversation to somebody; what is said from then on is answered by the bot only when it is the owner. */
    async handOver(of: Pick<MessageRef, 'platform' | 'conversation'>, owner: Owner): Promise<void> {
      // First, so that no crash hides who waits for a human.
      if (owner !== 'bot') await noteSilence(of);
      await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: `SET #owner = :owner, ownedAt = :now, expiresAt = :expires${owner === 'bot' ? ' REMOVE handoff ADD returned :one' : ''}`,
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':owner': owner,
          ':now': now(),
          ':expires': expiresAt(),
          ...(owner === 'bot' ? { ':one': 1 } : {}),
        },
      });
      if (owner === 'bot') await endSilence(of);
    },

    /** Keeps what was said before the bot came, once. */
    async keepEarlier(of: Pick<MessageRef, 'platform' | 'conversation'>, earlier: readonly Earlier[]): Promise<void> {
      await update(partition(of), EARLIER_SK, {
        UpdateExpression: 'SET earlier = :earlier, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(earlier)',
        ExpressionAttributeValues: { ':earlier': earlier, ':expires': expiresAt() },
      });
    },

    /** Keeps the roles of those who take part, in the place of those kept before. */
    async keepRoles(
      of: Pick<MessageRef, 'platform' | 'conversation'>,
      roles: Readonly<Record<string, string>>,
    ): Promise<void> {
      await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: 'SET #roles = :roles, expiresAt = :expires',
        ExpressionAttributeNames: { '#roles': 'roles' },
        ExpressionAttributeValues: { ':roles': roles, ':expires': expiresAt() },
      });
    },

    /** What the conversation's own item says at this moment. */
    conversationOf,

    /** Who answers in the conversation at this moment. */
    async ownerOf(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<Owner> {
      return (await conversationOf(of)).owner;
    },
  };
}

/** What an item says of it; without an item it is the bot’s. */
export function toConversation(item: Record<string, unknown> | undefined): Conversation {
  return {
    owner: item?.owner === 'human' || item?.owner === 'paused' ? item.owner : 'bot',
    team: item?.team instanceof Set ? [...item.team].map(String) : [],
    ...(item?.ownedAt ? { ownedAt: Number(item.ownedAt) } : {}),
    ...(item?.returned ? { returned: Number(item.returned) } : {}),
    ...(item?.handoff ? { handoff: item.handoff as Handoff } : {}),
    ...(item?.roles ? { roles: item.roles as Record<string, string> } : {}),
    ...(item?.disliked ? { disliked: String(item.disliked) } : {}),
    ...(item?.summary ? { summary: item.summary as Summary } : {}),
  };
}
