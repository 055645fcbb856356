/** The table, of handoffs: who has a conversation, why and since when. Kept in the conversation's own item, with its owner. */
import type { Handoff, MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import { CONVERSATION_SK, partition } from './keys.ts';
import { openSilent } from './silent.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

/** For a handoff whose user is forgotten: the conversation is still the team's, which can give it back; whoever asked waits no more. */
export const askedByNobody = {
  UpdateExpression:
    'SET handoff.speaker = :nobody, handoff.reason = :gone, handoff.messages = :none, handoff.#state = :taken',
  ConditionExpression: 'attribute_exists(handoff)',
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: {
    ':nobody': { id: '' },
    ':gone': 'Whoever asked for it was forgotten.',
    ':none': [],
    ':taken': 'taken',
  },
} as const;

/** Throws `Later` when the table does not answer. */
export function openHandoffs(access: Access) {
  const { update, expiresAt, now } = access;
  const { noteSilence, endSilence } = openSilent(access);

  /** Who has written there is of the team, whatever becomes of the conversation. */
  async function hearTeam(of: Of, member: string): Promise<void> {
    await update(partition(of), CONVERSATION_SK, {
      UpdateExpression: 'SET expiresAt = :expires ADD team :member',
      ExpressionAttributeValues: { ':member': new Set([member]), ':expires': expiresAt() },
    });
  }

  return {
    hearTeam,

    /** A human is to take over. A repeat, also one that comes when somebody has, changes nothing. */
    async beginHandoff(of: Of, handoff: Handoff): Promise<void> {
      // First, so that no crash hides who waits for a human.
      await noteSilence(of);
      await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: 'SET #owner = :human, ownedAt = :now, handoff = :handoff, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(handoff) OR handoff.id <> :id',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':human': 'human',
          ':now': now(),
          ':handoff': handoff,
          ':id': handoff.id,
          ':expires': expiresAt(),
        },
      });
    },

    /**
     * Somebody of the team spoke at `at` (ms): the conversation is theirs, as `handoff` says, unless it is not the bot's anyway, or was
     * given to the bot after they spoke. A human who was waited for is there.
     */
    async takeOver(of: Of, { member, at, handoff }: { member: string; at: number; handoff: Handoff }): Promise<void> {
      const pk = partition(of);
      const taken = { ...handoff, heardAt: at };
      await hearTeam(of, member);
      await noteSilence(of);
      const isTaken = await update(pk, CONVERSATION_SK, {
        UpdateExpression: 'SET #owner = :human, ownedAt = :now, handoff = :handoff',
        ConditionExpression:
          '(attribute_not_exists(#owner) OR #owner = :bot) AND (attribute_not_exists(ownedAt) OR ownedAt < :at)',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':human': 'human',
          ':bot': 'bot',
          ':now': now(),
          ':at': at,
          ':handoff': taken,
        },
      });
      if (isTaken) return;
      await update(pk, CONVERSATION_SK, {
        UpdateExpression: 'SET handoff = :handoff',
        ConditionExpression: 'handoff.id = :id AND (attribute_not_exists(handoff.heardAt) OR handoff.heardAt < :at)',
        ExpressionAttributeValues: { ':handoff': taken, ':id': handoff.id, ':at': at },
      });
    },

    /**
     * The bot answers again, from `at` (ms) on: what the team said before that does not take the conversation over. Only this handoff,
     * and only if the team has said nothing after `heardAt`.
     */
    async giveBack(of: Of, { id, at, heardAt }: { id: string; at: number; heardAt: number }): Promise<boolean> {
      const isBack = await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: 'SET #owner = :bot, ownedAt = :at, expiresAt = :expires REMOVE handoff ADD returned :one',
        ConditionExpression:
          'handoff.id = :id AND (attribute_not_exists(handoff.heardAt) OR handoff.heardAt <= :heard)',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':bot': 'bot',
          ':at': at,
          ':id': id,
          ':heard': heardAt,
          ':one': 1,
          ':expires': expiresAt(),
        },
      });
      if (isBack) await endSilence(of);
      return isBack;
    },
  };
}
