/** The playground: what one turn left behind at Claude and at Reconify. */

import { pseudonym } from '../../lib/log.ts';
import { partsOfSk } from '../../lib/store/store.ts';
import { isObject } from './others.ts';
import { type Place, toTable } from './places.ts';
import type { DetailsView } from './view.ts';
import { look, type WatchDeps } from './watch.ts';

type Json = Record<string, unknown>;

export async function detailsOf(deps: WatchDeps, place: Place, id: string): Promise<DetailsView | undefined> {
  const { platform, conversation } = toTable(place, deps.owners);
  const [{ turns }, recent] = await Promise.all([look(deps, place), deps.store.recent({ platform, conversation })]);
  const view = turns.find((turn) => turn.id === id);
  const said = recent.turns.find(({ sk }) => partsOfSk(sk).messageId === id)?.said.at(-1);
  if (!view || !said) return undefined;
  const [requests, records] = await Promise.all([deps.others.requests(), deps.others.records()]);
  const user = pseudonym(platform, said.speaker.id);
  const request = requests.findLast((one) => userOf(one) === user && lastSaid(one).includes(said.text));
  const from = view.at.claimed ?? 0;
  const to = view.at.delivered ?? Number.POSITIVE_INFINITY;
  const session = pseudonym(platform, conversation);
  return {
    requestCount: deps.journal.unnamed(from, to).filter(({ event }) => event === 'claude-asked').length,
    ...(request ? { request } : {}),
    ...(deps.others.has('reconify')
      ? { records: records.map(payloadOf).filter((payload) => isWithin(payload, session, from, to)) }
      : {}),
  };
}

/** Whom a request names to Claude. */
function userOf({ metadata }: Json): unknown {
  return isObject(metadata) ? metadata.user_id : undefined;
}

/** The texts of the newest user message that has any: with tools, their results come after it. */
function lastSaid({ messages }: Json): string[] {
  const list = Array.isArray(messages) ? messages.filter(isObject) : [];
  for (const { role, content } of list.toReversed()) {
    if (role !== 'user') continue;
    if (typeof content === 'string') return [content];
    const blocks = Array.isArray(content) ? content.filter(isObject) : [];
    const texts = blocks.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
    if (texts.length > 0) return texts;
  }
  return [];
}

function payloadOf({ payload }: Json): Json {
  return isObject(payload) ? payload : {};
}

/** A record carries no message's id, but its conversation and its times. */
function isWithin({ session, timestamps }: Json, wanted: string, from: number, to: number): boolean {
  const requestedAt = isObject(timestamps) ? Number(timestamps.request) : Number.NaN;
  return session === wanted && requestedAt >= from - 10 && requestedAt <= to;
}
