/** The table, of what a turn did: its steps and, one item each, the calls of tools that act. An item is written before a call runs. */
import { Superseded } from '../errors.ts';
import type { EffectState, KeptCall, KeptJournal, KeptStep, MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import { partition } from './keys.ts';

/** By time, place and message: a place holds no `#`, so that no id can be taken for another's place. */
function journalSk({ createdAt, messageId }: Pick<MessageRef, 'createdAt' | 'messageId'>, place: string): string {
  return `J#${String(createdAt).padStart(13, '0')}#${place}#${messageId}`;
}

/** Between which sort keys the journal of a turn lies, and which of those there are of it: two messages may have one time. */
export function journalRange(ref: Pick<MessageRef, 'createdAt' | 'messageId'>) {
  const from = journalSk(ref, '').slice(0, 'J#'.length + 13 + 1);
  return { from, to: `${from}~`, isOf: (sk: string) => placeOf(sk).messageId === ref.messageId };
}

/** Whose journal an item is of: the id of the message. */
export function messageOfJournal(sk: string): string {
  return placeOf(sk).messageId;
}

function placeOf(sk: string): { place: string; messageId: string } {
  const rest = sk.slice('J#'.length + 13 + 1);
  const end = rest.indexOf('#');
  return { place: rest.slice(0, end), messageId: rest.slice(end + 1) };
}

function stepPlace(number: number): string {
  return String(number).padStart(2, '0');
}

/** Throws `Later` when the table does not answer, and `Superseded` when another worker was there first. */
export function openJournalStore(access: Access) {
  const { read, query, updated, update, expiresAt, now } = access;

  async function add(ref: MessageRef, place: string, fields: Record<string, unknown>): Promise<boolean> {
    const names = Object.keys(fields);
    return update(partition(ref), journalSk(ref, place), {
      UpdateExpression: `SET ${names.map((_, i) => `#f${i} = :v${i}`).join(', ')}, expiresAt = :expires`,
      // The client repeats a write whose answer was lost.
      ConditionExpression: 'attribute_not_exists(#by) OR #by = :by',
      ExpressionAttributeNames: { '#by': 'by', ...Object.fromEntries(names.map((name, i) => [`#f${i}`, name])) },
      ExpressionAttributeValues: {
        ':by': fields.by,
        ':expires': expiresAt(),
        ...Object.fromEntries(names.map((name, i) => [`:v${i}`, fields[name]])),
      },
    });
  }

  /** One call; `undefined` when it was never reserved. */
  async function keptCall(ref: MessageRef, place: string): Promise<KeptCall | undefined> {
    const item = await read(partition(ref), journalSk(ref, place));
    return item && (item as unknown as KeptCall);
  }

  return {
    keptCall,

    /** All that earlier attempts have left of a turn, read consistently. */
    async journalOf(ref: MessageRef): Promise<KeptJournal> {
      const { from, to, isOf } = journalRange(ref);
      const { Items = [] } = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': partition(ref), ':from': from, ':to': to },
        ConsistentRead: true,
      });
      const own = Items.filter(({ sk }) => isOf(String(sk)))
        .map((item) => ({ item, ...placeOf(String(item.sk)) }))
        .reverse();
      const steps = own.flatMap(({ item }) => (item.content === undefined ? [] : [item as unknown as KeptStep]));
      const calls = own.flatMap(({ item, place }): [string, KeptCall][] =>
        item.tool === undefined ? [] : [[place, item as unknown as KeptCall]],
      );
      return { steps, calls: new Map(calls) };
    },

    /** Keeps the step of that number, once. */
    async keepStep(ref: MessageRef, number: number, step: Omit<KeptStep, 'at'>, by: string): Promise<void> {
      if (!(await add(ref, stepPlace(number), { by, ...step, at: now() })))
        throw new Superseded('another worker took this step');
    },

    /** Before the call runs. From now on no other attempt runs it, unless it takes it over. */
    async reserve(ref: MessageRef, place: string, call: Omit<KeptCall, 'state' | 'result'>): Promise<void> {
      const isOurs = await add(ref, place, { ...call, state: 'RESERVED' });
      if (!isOurs) throw new Superseded('another worker makes this call');
    },

    /** A call that was reserved by an attempt that is over, and is known not to have happened. */
    async retake(ref: MessageRef, place: string, from: string, by: string): Promise<void> {
      const isOurs = await update(partition(ref), journalSk(ref, place), {
        UpdateExpression: 'SET #by = :by',
        ConditionExpression: '#state = :reserved AND (#by = :from OR #by = :by)',
        ExpressionAttributeNames: { '#by': 'by', '#state': 'state' },
        ExpressionAttributeValues: { ':by': by, ':from': from, ':reserved': 'RESERVED' },
      });
      if (!isOurs) throw new Superseded('another worker makes this call');
    },

    /** What the call that `by` reserved has come to. */
    async settle(ref: MessageRef, place: string, by: string, end: { state: EffectState; result: string }) {
      const done = await updated(partition(ref), journalSk(ref, place), {
        UpdateExpression: 'SET #state = :state, #result = :result',
        ConditionExpression: '#by = :by AND (#state = :reserved OR #state = :state)',
        ExpressionAttributeNames: { '#by': 'by', '#state': 'state', '#result': 'result' },
        ExpressionAttributeValues: {
          ':by': by,
          ':state': end.state,
          ':result': end.result,
          ':reserved': 'RESERVED',
        },
      });
      if (!done) throw new Superseded('another worker has ended this call');
    },
  };
}
