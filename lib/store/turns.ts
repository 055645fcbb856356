/** The table, of turns: claimed once, then moved on by their holder only. */
import { Superseded } from '../errors.ts';
import type { MessageRef, Reply, Said, Turn, TurnState } from '../types.ts';
import type { Access } from './access.ts';
import { toTurn } from './history.ts';
import { partition, turnSk } from './keys.ts';
import { openTrouble } from './trouble.ts';

/** Who holds a turn: every write after the claim is refused for anybody else (fencing). */
export interface Holder {
  owner: string;
  epoch: number;
}

/** The states of a turn, each reached by one conditional write. Throws `Later` when the table does not answer. */
export function openTurns(access: Access) {
  const { update, updated, expiresAt, now } = access;
  const { noteFailure, noteMiss } = openTrouble(access);
  /** A write that only the holder of the turn may make. */
  async function asHolder(
    ref: MessageRef,
    holder: Holder,
    input: { set: string; names?: Record<string, string>; values: Record<string, unknown>; isRepeatable?: boolean },
  ) {
    const done = await update(partition(ref), turnSk(ref), {
      UpdateExpression: input.set,
      ConditionExpression: `${input.isRepeatable ? '(#state = :claimed OR #state = :answered)' : '#state = :claimed'} AND #owner = :owner AND epoch = :epoch`,
      ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner', ...input.names },
      ExpressionAttributeValues: {
        ':claimed': 'CLAIMED',
        ':owner': holder.owner,
        ':epoch': holder.epoch,
        ...input.values,
      },
    });
    if (!done) throw new Superseded('another worker holds this turn');
  }

  /** A turn that nobody claims first; false when there is one already that a newer generation need not mend. */
  async function begin(
    ref: MessageRef,
    state: TurnState,
    { said, reply, generation = 0 }: Pick<Turn, 'said' | 'reply'> & { generation?: number },
  ) {
    return update(partition(ref), turnSk(ref), {
      UpdateExpression: `SET #state = :state, said = :said, generation = :generation, epoch = :zero, expiresAt = :expires${reply ? ', reply = :reply' : ''}`,
      ConditionExpression: 'attribute_not_exists(#state) OR (#state = :failed AND generation < :generation)',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':state': state,
        ':failed': 'FAILED',
        ':said': said,
        ':generation': generation,
        ':zero': 0,
        ':expires': expiresAt(),
        ...(reply ? { ':reply': reply } : {}),
      },
    });
  }

  return {
    /**
     * Takes the turn of `ref` until `leaseUntil` (ms): possible when nobody has, when the holder's lease ran out, or for a newer
     * generation. The messages of the turn are those of its very first claim. `undefined` when the turn cannot be taken.
     */
    async claim(
      ref: MessageRef,
      { said, owner, leaseUntil, generation }: { said: Said[]; owner: string; leaseUntil: number; generation: number },
    ): Promise<Turn | undefined> {
      const item = await updated(partition(ref), turnSk(ref), {
        UpdateExpression:
          'SET #state = :claimed, #owner = :owner, leaseUntil = :until, generation = :generation, said = if_not_exists(said, :said), expiresAt = :expires ADD epoch :one, asks :one',
        ConditionExpression:
          // The owner's own claim again: the client repeats a write whose answer was lost.
          'attribute_not_exists(#state) OR (#state = :claimed AND (leaseUntil < :now OR #owner = :owner)) OR (generation < :generation AND #state <> :delivered)',
        ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':claimed': 'CLAIMED',
          ':delivered': 'DELIVERED',
          ':owner': owner,
          ':until': leaseUntil,
          ':generation': generation,
          ':said': said,
          ':expires': expiresAt(),
          ':one': 1,
          ':now': now(),
        },
        ReturnValues: 'ALL_NEW',
      });
      return item && toTurn(item);
    },

    /** Keeps which handoff others are about to be told of, so that the next attempt brings it about; of a turn that is under way. */
    async promise(ref: MessageRef, promised: NonNullable<Turn['promised']>): Promise<void> {
      await update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET promised = :promised',
        ConditionExpression: '#state = :claimed',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':claimed': 'CLAIMED', ':promised': promised },
      });
    },

    /** Marks `member` as answered by the turn `into`; false when it already went its own way. */
    async merge(member: MessageRef, into: string): Promise<boolean> {
      return update(partition(member), turnSk(member), {
        UpdateExpression:
          'SET #state = :merged, #into = :into, generation = if_not_exists(generation, :zero), expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(#state) OR (#state = :merged AND #into = :into)',
        ExpressionAttributeNames: { '#state': 'state', '#into': 'into' },
        ExpressionAttributeValues: { ':merged': 'MERGED', ':into': into, ':zero': 0, ':expires': expiresAt() },
      });
    },

    /**
     * Stores the reply before it is sent; who stored it sends it. Throws `Superseded` when another worker took the turn over. One that
     * missed is noted first, where an operator finds it.
     */
    async answer(ref: MessageRef, holder: Holder, reply: Reply, said: readonly Said[]): Promise<void> {
      if (reply.missed) await noteMiss(ref);
      await asHolder(ref, holder, {
        set: 'SET #state = :answered, reply = :reply, said = :said REMOVE asks, promised',
        values: { ':answered': 'ANSWERED', ':reply': reply, ':said': said },
        isRepeatable: true, // The client repeats a write whose answer was lost.
      });
    },

    /** What is kept of what was said, in the place of that with quotes; where the turn is gone, so are they. */
    async unquote(ref: MessageRef, said: readonly Said[]): Promise<void> {
      await update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET said = :said',
        ConditionExpression: 'attribute_exists(#state)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':said': said },
      });
    },

    /** A turn without a question, answered from the start; false when there is one already that a newer generation need not mend. */
    say: (ref: MessageRef, reply: Reply, generation: number): Promise<boolean> =>
      begin(ref, 'ANSWERED', { said: [], reply, generation }),

    /** Keeps what somebody of the team said as part of the history: a turn that nobody has to answer. */
    async note(ref: MessageRef, said: Said): Promise<void> {
      await begin(ref, 'SKIPPED', { said: [said] });
    },

    /** Lets `owner` alone send the stored reply until `leaseUntil` (ms), 0 to let others; false when somebody else does, or the turn is over. */
    async sendAlone(ref: MessageRef, { owner, leaseUntil }: { owner: string; leaseUntil: number }): Promise<boolean> {
      return update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET #owner = :owner, leaseUntil = :until',
        ConditionExpression:
          '#state = :answered AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now OR #owner = :owner)',
        ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':answered': 'ANSWERED',
          ':owner': owner,
          ':until': leaseUntil,
          ':now': now(),
        },
      });
    },

    /** Ends a turn whose message the reply of another one covers. */
    async retire(ref: MessageRef, holder: Holder, into: string): Promise<void> {
      await asHolder(ref, holder, {
        set: 'SET #state = :merged, #into = :into REMOVE #owner, leaseUntil, asks, promised',
        names: { '#into': 'into' },
        values: { ':merged': 'MERGED', ':into': into },
      });
    },

    /** Ends a turn that a human answers: what was said stays in the history. */
    async skip(ref: MessageRef, holder: Holder): Promise<void> {
      await asHolder(ref, holder, {
        set: 'SET #state = :skipped, finishedAt = :now REMOVE #owner, leaseUntil, asks, promised',
        values: { ':skipped': 'SKIPPED', ':now': now() },
      });
    },

    /** Ends the lease early, so that the next attempt need not wait for it. A claim in which Claude was not asked does not count as one. */
    async release(ref: MessageRef, holder: Holder, { isAsked } = { isAsked: false }): Promise<void> {
      await asHolder(ref, holder, {
        set: 'SET leaseUntil = :zero ADD asks :change',
        values: { ':zero': 0, ':change': isAsked ? 0 : -1 },
      });
    },

    /** Stores the apology that goes out in the place of a stored reply; false when the turn is at its end. */
    async replace(ref: MessageRef, reply: Reply): Promise<boolean> {
      return update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET reply = :reply',
        ConditionExpression: '#state = :answered',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':answered': 'ANSWERED', ':reply': reply },
      });
    },

    /** Ends a turn whose apology could not be stored; it is noted as failed. */
    async abandon(ref: MessageRef, holder: Holder): Promise<void> {
      await noteFailure(ref);
      await asHolder(ref, holder, {
        set: 'SET #state = :failed, finishedAt = :now REMOVE #owner, leaseUntil, asks, promised',
        values: { ':failed': 'FAILED', ':now': now() },
      });
    },

    /**
     * The stored reply is out (DELIVERED), or was an apology or can never be (FAILED), or must no longer be sent (SKIPPED). A repeat
     * changes nothing. A failed one is also noted where an operator finds it, and that first: no crash may hide it.
     */
    async finish(
      ref: MessageRef,
      state: 'DELIVERED' | 'FAILED' | 'SKIPPED',
      replyIds: readonly string[] = [],
    ): Promise<void> {
      if (state === 'FAILED') await noteFailure(ref);
      await update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET #state = :state, finishedAt = :now, replyIds = :ids REMOVE #owner, leaseUntil',
        ConditionExpression: '#state = :answered',
        ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
        ExpressionAttributeValues: { ':state': state, ':answered': 'ANSWERED', ':now': now(), ':ids': replyIds },
      });
    },
  };
}
