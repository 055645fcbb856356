/** The table, when a user is to be forgotten in a conversation where others speak, too: what is theirs, and nothing else. */
import type { Due, Earlier, Handoff, MessageRef, Rating, Reply, Said } from '../types.ts';
import { forgetDues } from './due.ts';
import { removeBeside } from './forget.ts';
import { askedByNobody } from './handoffs.ts';
import type { Item, Table } from './items.ts';
import { messageOfJournal } from './journal.ts';
import { CONVERSATION_SK, EARLIER_SK, PARKED, partition, partsOfSk } from './keys.ts';
import type { openShelf } from './records.ts';
import { monthOf } from './speakers.ts';

const PAGE = 100;

/** What was said of a conversation, as far as it matters here. */
export interface Looked {
  /** The turns of the user up to that time, and those that these answered. */
  own: Item[];
  hasOthers: boolean;
  /** When they first said something (ms), as far as it is still known. */
  from: number;
  /** Months in which the user has said something since. */
  since: Set<string>;
}

/** Looks for a user in one conversation, and removes what is found. Throws `Later` when the table does not answer: to be repeated then. */
export function openSpeakerRemoval(table: Table, shelf: Pick<ReturnType<typeof openShelf>, 'unstrand' | 'clear'>) {
  async function look(pk: string, user: string, at: number): Promise<Looked> {
    const looked: Omit<Looked, 'from'> = { own: [], hasOthers: false, since: new Set() };
    const merged: Item[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await table.query({ pk, from: 'T#', to: 'T#~', after });
      for (const item of items) {
        const said = (item.said ?? []) as Said[];
        const to = (item.reply as Reply | undefined)?.to;
        const isTheirs = to === user || said.some(({ speaker }) => speaker.id === user);
        const { createdAt } = partsOfSk(item.sk);
        if (item.state === 'MERGED' && said.length === 0) merged.push(item);
        if (isTheirs && createdAt <= at) looked.own.push(item);
        if (isTheirs && createdAt > at) looked.since.add(monthOf(createdAt));
        const isOfOther = said.some(({ speaker, byTeam }) => speaker.id !== user && !byTeam);
        if (isOfOther || (to !== undefined && to !== user)) looked.hasOthers = true;
      }
      if (next === undefined) break;
      after = next;
    }
    const into = new Set(looked.own.map(({ sk }) => sk));
    looked.own.push(...merged.filter((item) => into.has(String(item.into))));
    const [before] = await table.read([{ pk, sk: EARLIER_SK }]);
    const earlier = (before?.earlier ?? []) as Earlier[];
    if (earlier.some(({ by, from }) => by === 'user' && from !== user)) looked.hasOthers = true;
    const times = [
      ...looked.own.map(({ sk }) => partsOfSk(sk).createdAt),
      ...earlier.flatMap(({ from, at }) => (from === user ? at : [])),
    ];
    return { ...looked, from: Math.min(...times) };
  }

  /** Where others have spoken, too. Gives the ids of what is gone, and of records that were parked. */
  async function removeFrom(
    of: Pick<MessageRef, 'platform' | 'conversation'>,
    user: string,
    { own, dues }: Looked & { dues: readonly Due[] },
  ) {
    const pk = partition(of);
    const gone = new Set(own.flatMap(idsOf));
    const parked: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await table.query({ pk, from: ' ', to: '~~', after });
      await table.removeAll(items.filter((item) => isOf(item, user, gone)));
      for (const { sk, messageId } of items)
        if (sk.startsWith(PARKED.from) && gone.has(String(messageId))) parked.push(sk.slice(PARKED.from.length));
      await Promise.all(items.map((item) => unquote(item, gone)));
      if (next === undefined) break;
      after = next;
    }
    for (const id of parked) {
      await shelf.unstrand(id);
      await shelf.clear(id);
    }
    await forgetIn(pk, user, own.length > 0);
    await forgetDues(table, dues, { of, user });
    // Last, as they say what else there is to be found.
    for (let i = 0; i < own.length; i += PAGE) {
      const page = own.slice(i, i + PAGE);
      await removeBeside(table, of, page);
      await table.removeAll(page);
    }
    return { messages: [...gone], parked };
  }

  /** What others answered to it stays, without the words. */
  async function unquote({ pk, sk, said }: Item, gone: ReadonlySet<string>): Promise<void> {
    const all = (said ?? []) as Said[];
    if (!all.some(({ quotes, quote }) => quote && gone.has(quotes ?? ''))) return;
    const without = all.map(({ quote, ...one }) => (quote && !gone.has(one.quotes ?? '') ? { ...one, quote } : one));
    await table.update(
      { pk, sk },
      {
        UpdateExpression: 'SET said = :said',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':said': without },
      },
    );
  }

  /** Team, roles and summary of the conversation, and what was said before the bot came. */
  async function forgetIn(pk: string, user: string, hasSpoken: boolean): Promise<void> {
    const [own, before] = await table.read([
      { pk, sk: CONVERSATION_SK },
      { pk, sk: EARLIER_SK },
    ]);
    const roles = (own?.roles ?? {}) as Record<string, string>;
    if (own && Object.hasOwn(roles, user))
      await table.update(own, {
        UpdateExpression: 'REMOVE #roles.#user',
        ConditionExpression: 'attribute_exists(#roles.#user)',
        ExpressionAttributeNames: { '#roles': 'roles', '#user': user },
      });
    if (own?.team instanceof Set && own.team.has(user))
      await table.update(own, {
        UpdateExpression: 'DELETE team :user',
        ExpressionAttributeValues: { ':user': new Set([user]) },
      });
    // The one holds what was said, the other names a message.
    if (own && hasSpoken && (own.summary || own.disliked))
      await table.update(own, { UpdateExpression: 'REMOVE summary, disliked' });
    const handoff = own?.handoff as Handoff | undefined;
    if (own && handoff?.speaker.id === user) await table.update(own, askedByNobody);
    // Whoever asked, the last messages may be anybody's.
    else if (own && handoff && hasSpoken)
      await table.update(own, {
        UpdateExpression: 'SET handoff.messages = :none',
        ConditionExpression: 'attribute_exists(handoff)',
        ExpressionAttributeValues: { ':none': [] },
      });
    const lines = (before?.earlier ?? []) as Earlier[];
    const others = lines.filter(({ from }) => from !== user);
    if (before && others.length < lines.length)
      await table.update(before, {
        UpdateExpression: 'SET earlier = :earlier',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':earlier': others },
      });
  }

  return { look, removeFrom };
}

/** Of its messages, and of what they were answered with. */
function idsOf({ sk, said, replyIds }: Item): string[] {
  return [
    partsOfSk(sk).messageId,
    ...((said ?? []) as Said[]).map(({ messageId }) => messageId),
    ...((replyIds ?? []) as string[]),
  ];
}

/** Whether an item beside the turns is of the user, or of a message that is gone. */
function isOf({ sk, messageId, rating }: Item, user: string, gone: ReadonlySet<string>): boolean {
  if (rating) return (rating as Rating).by === user;
  if (sk.startsWith('J#')) return gone.has(messageOfJournal(sk));
  if (sk.startsWith('L#')) return sk.endsWith(`#${user}`);
  return (sk.startsWith('I#') || sk.startsWith(PARKED.from)) && gone.has(String(messageId));
}
