/** The table, of counters: sums that stay below their caps however many count at once, each with one conditional write. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type CounterKey, counterOf } from './counter-keys.ts';
import { type Dynamo, unavailable, unlessRefused } from './dynamo.ts';

/** Adds the whole number `by` to the counter `name` if that is at most `room` by now; with a `room` below 0 never. */
export interface Addition {
  name: string;
  by: number;
  room: number;
}

/** What else an addition asks of the item, and writes with it. */
export interface Beside {
  /** Refused when the last addition had it already. */
  mark?: string;
  /** Attributes that have to be there. */
  needs?: readonly string[];
  set?: Readonly<Record<string, string>>;
  /** Counters that are over. */
  drop?: readonly string[];
}

/** A counter's item. */
export type Counted = Readonly<Record<string, unknown>>;

export type Counters = ReturnType<typeof openCounters>;

export function openCounters(dynamo: Dynamo, table: string) {
  return {
    /**
     * All of it or nothing, in one write; gives the item as it is then, or `undefined` when a counter has no room or `beside` is not met.
     * Throws `Later` when the table does not answer: it may have counted then, which errs on the safe side.
     */
    async add(
      { pk, sk, expiresAt }: CounterKey,
      additions: readonly Addition[],
      { mark, needs = [], set = {}, drop = [] }: Beside = {},
    ): Promise<Counted | undefined> {
      if (additions.some(({ room }) => room < 0)) return undefined;
      const sets = Object.entries({ expiresAt, ...(mark === undefined ? {} : { mark }), ...set });
      const clauses = [
        `SET ${sets.map((_, i) => `#s${i} = :s${i}`).join(', ')}`,
        `ADD ${additions.map((_, i) => `#n${i} :by${i}`).join(', ')}`,
        ...(drop.length === 0 ? [] : [`REMOVE ${drop.map((_, i) => `#d${i}`).join(', ')}`]),
      ];
      const conditions = [
        ...additions.map((_, i) => `(attribute_not_exists(#n${i}) OR #n${i} <= :room${i})`),
        ...(mark === undefined ? [] : ['(attribute_not_exists(#mark) OR #mark <> :mark)']),
        ...needs.map((_, i) => `attribute_exists(#x${i})`),
      ];
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: clauses.join(' '),
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeNames: {
          ...numbered('#n', additions, ({ name }) => name),
          ...numbered('#s', sets, ([name]) => name),
          ...numbered('#d', drop, (name) => name),
          ...numbered('#x', needs, (name) => name),
          ...(mark === undefined ? {} : { '#mark': 'mark' }),
        },
        ExpressionAttributeValues: {
          ...numbered(':by', additions, ({ by }) => by),
          ...numbered(':room', additions, ({ room }) => room),
          ...numbered(':s', sets, ([, value]) => value),
          ...(mark === undefined ? {} : { ':mark': mark }),
        },
        ReturnValues: 'ALL_NEW',
      });
      const written = await unlessRefused(dynamo.send(command));
      return written && (written.Attributes ?? {});
    },

    /** The item, read consistently; empty when there is none. */
    async read({ pk, sk }: CounterKey): Promise<Counted> {
      const command = new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true });
      return (await dynamo.send(command).catch(unavailable)).Item ?? {};
    },

    /**
     * Corrects counters by what was added too much or too little. False when the table did not take it for certain: it is sent once
     * only, since a repeat after a lost answer would give back twice.
     */
    async correct({ pk, sk }: CounterKey, changes: Readonly<Record<string, number>>): Promise<boolean> {
      const entries = Object.entries(changes);
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: `ADD ${entries.map((_, i) => `#n${i} :by${i}`).join(', ')}`,
        ExpressionAttributeNames: numbered('#n', entries, ([name]) => name),
        ExpressionAttributeValues: numbered(':by', entries, ([, by]) => by),
      });
      command.middlewareStack.add(sendOnce(), {
        step: 'finalizeRequest',
        priority: 'low',
        name: 'sendOnce',
        override: true, // the document client adds a command's own steps twice
      });
      return dynamo.send(command).then(
        () => true,
        () => false,
      );
    },

    /** The value that was set first, by whoever it was. */
    async firstOf({ pk, sk, expiresAt }: CounterKey, value: string): Promise<string> {
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: 'SET expiresAt = :expires, #first = if_not_exists(#first, :value)',
        ExpressionAttributeNames: { '#first': 'first' },
        ExpressionAttributeValues: { ':value': value, ':expires': expiresAt },
        ReturnValues: 'ALL_NEW',
      });
      const { Attributes } = await dynamo.send(command).catch(unavailable);
      return String(Attributes?.first);
    },
  };
}

/** Counts `by` in the window that `now` (ms) lies in; false when that is more than it has room for. Throws `Later` as `add` does. */
export async function fits(
  counters: Pick<Counters, 'add'>,
  { what, max, ms }: { what: string; max: number; ms: number },
  now: number,
  by = 1,
): Promise<boolean> {
  const counted = await counters.add(counterOf({ what, ms }, now), [{ name: 'n', by, room: max - by }]);
  return counted !== undefined;
}

/** The placeholders of an expression: `prefix` and a number each. */
function numbered<T, V>(prefix: string, all: readonly T[], of: (one: T) => V): Record<string, V> {
  return Object.fromEntries(all.map((one, i) => [`${prefix}${i}`, of(one)]));
}

/** Innermost of the steps that the SDK repeats for each of its attempts: lets only the first one out. */
function sendOnce() {
  let isSent = false;
  return <Sent, Answer>(next: (sent: Sent) => Promise<Answer>) =>
    (sent: Sent): Promise<Answer> => {
      if (isSent) return Promise.reject(new Error('sent already'));
      isSent = true;
      return next(sent);
    };
}
