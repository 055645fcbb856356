/** The table, as it is handed out: what is kept of a conversation and of a user, a page at a time. */
import type { Earlier, Handoff, MessageRef, Rating, Summary, Turn } from '../types.ts';
import { countersOf } from './counter-keys.ts';
import { toTurn } from './history.ts';
import type { Table } from './items.ts';
import { CONVERSATION_SK, EARLIER_SK, partition, partsOfSk } from './keys.ts';
import { ratingKey } from './ratings.ts';
import { spokenBy } from './speakers.ts';
import { spentOf } from './spent.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;
type UserOf = Pick<MessageRef, 'platform'> & { user: string };

/** Turns of one page: at 350 KB each they are as much as a Lambda has room for. */
const PAGE = 20;

/** Oldest first, behind the sort key `after`, each with what somebody thinks of its answer. */
export async function turnsBehind(
  table: Pick<Table, 'query' | 'read'>,
  of: Of,
  after: string | undefined,
): Promise<{ turns: (Turn & { rating: Rating | undefined })[]; next: string | undefined }> {
  const { items, next } = await table.query({ pk: partition(of), from: 'T#', to: 'T#~', limit: PAGE, after });
  const ratings = await table.read(items.map(({ sk }) => ratingKey({ ...of, ...partsOfSk(sk) })));
  const turns = items.map((item, i) => ({ ...toTurn(item), rating: ratings[i]?.rating as Rating | undefined }));
  return { turns, next };
}

/** What is kept of it beside its turns. */
export async function besideTurns(
  table: Pick<Table, 'read'>,
  of: Of,
): Promise<{ earlier: Earlier[]; summary: Summary | undefined; handoff: Handoff | undefined }> {
  const pk = partition(of);
  const [own, before] = await table.read([
    { pk, sk: CONVERSATION_SK },
    { pk, sk: EARLIER_SK },
  ]);
  return {
    earlier: (before?.earlier ?? []) as Earlier[],
    summary: own?.summary as Summary | undefined,
    handoff: own?.handoff as Handoff | undefined,
  };
}

/** The conversations in which a user has spoken, each once, in a fixed order. */
export async function conversationsOf(table: Pick<Table, 'query'>, of: UserOf): Promise<string[]> {
  const all = new Set<string>();
  for (let after: string | undefined; ; ) {
    const { entries, next } = await spokenBy(table, of, { after, limit: 1_000 });
    for (const { conversation } of entries) all.add(conversation);
    if (next === undefined) return [...all].sort();
    after = next;
  }
}

/** What the user has spent in the last days, in millionths of a dollar, as far as it is still counted. */
export async function spentLately(table: Pick<Table, 'read'>, of: UserOf, now: number): Promise<number> {
  const items = await table.read(countersOf(of, now));
  return items.reduce((sum, item) => sum + (item ? spentOf(item) : 0), 0);
}
