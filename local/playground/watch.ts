/** The playground: one conversation as it is at this moment, again and again while somebody watches. */
import type { ServerResponse } from 'node:http';
import { type Store, turnSk } from '../../lib/store/store.ts';
import type { Turn } from '../../lib/types.ts';
import { platformDoor } from './doors.ts';
import type { Journal } from './journal.ts';
import type { Others } from './others.ts';
import { tellPeople } from './people.ts';
import { type Owners, type Place, toSession, toTable, userOf, workerOf } from './places.ts';
import { tellTurn } from './tell-turn.ts';
import type { Snapshot, TurnView } from './view.ts';

export interface WatchDeps {
  store: Pick<Store, 'recent'>;
  others: Others;
  journal: Journal;
  owners: Owners;
}

/** Pauses (ms) between two looks: while a turn is on its way, and else. */
const MOVING_MS = 40;
const RESTING_MS = 300;

/** A stream with nothing to say says so before proxies or browsers give up (ms). */
const SIGN_OF_LIFE_MS = 15_000;

/** The most turns that the page can leaf through. */
const MAX_TURNS = 20;

/** Sends a `Snapshot` whenever it has changed, as server-sent events, until the client is gone. */
export async function watch(deps: WatchDeps, place: Place, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  let last = '';
  let saidAt = Date.now();
  while (!response.destroyed) {
    const snapshot = await look(deps, place);
    const text = JSON.stringify(snapshot);
    const isSilent = Date.now() - saidAt > SIGN_OF_LIFE_MS;
    if (text !== last || isSilent) {
      response.write(text === last ? ':\n\n' : `data: ${text}\n\n`);
      saidAt = Date.now();
    }
    last = text;
    await deps.journal.next(isMoving(snapshot) ? MOVING_MS : RESTING_MS);
  }
}

export async function look({ store, others, journal, owners }: WatchDeps, place: Place): Promise<Snapshot> {
  const { door, conversation } = place;
  const platform = platformDoor(door);
  const session = toSession(place, owners);
  const of = toTable(place, owners);
  const [recent, lines] = await Promise.all([
    store.recent(of),
    platform && others.lines(door, { conversation, userId: userOf(place), markup: platform.markup }),
  ]);
  const known = [...recent.turns, ...waiting(journal, session, recent.turns)].slice(-MAX_TURNS);
  for (const { messageId, state } of known) if (state === 'CLAIMED') journal.noteClaim(messageId, Date.now());
  const worker = workerOf(door);
  const isQueued = door !== 'http';
  const turns = known.map((turn) => tellTurn({ turn, session, worker, isQueued, journal }));
  const people = tellPeople(recent.conversation, of);
  return { turns, ...(lines ? { lines } : {}), ...(people === undefined ? {} : { people }) };
}

/** Messages that a door has put into the queue and no worker has taken. */
function waiting(journal: Journal, session: string, turns: readonly Turn[]): Turn[] {
  const taken = new Set(turns.map(({ messageId }) => messageId));
  const kept = new Map(
    journal
      .all()
      .filter(({ event, fields }) => event === 'message-kept' && fields.conversation === session)
      .map(({ time, fields }) => [String(fields.inbound), time]),
  );
  return [...kept]
    .filter(([id]) => !taken.has(id))
    .map(([id, time]) => ({
      sk: turnSk({ createdAt: Number(time), messageId: id }),
      messageId: id,
      said: [],
      generation: 0,
      epoch: 0,
    }));
}

function isMoving({ turns, lines }: Snapshot): boolean {
  const newest = turns.at(-1);
  return (newest !== undefined && !hasEnded(newest)) || (lines?.at(-1)?.isMine ?? false);
}

function hasEnded({ state, at }: TurnView): boolean {
  return (
    (state === 'DELIVERED' && at.logged !== undefined) ||
    state === 'FAILED' ||
    state === 'MERGED' ||
    state === 'SKIPPED'
  );
}
