/** The playground: makes something go wrong with the next message of a conversation. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessView } from '../consumers/poll.ts';
import { platformDoor } from './doors.ts';
import { type Place, workerOf } from './places.ts';
import type { Trouble, TurnView } from './view.ts';
import { look, type WatchDeps } from './watch.ts';

export interface TroubleDeps extends WatchDeps {
  processes(): ProcessView[];
}

/** So often is the overloaded Claude asked in vain, and the platform that is down; the third time it works. */
const TIMES = 2;

/** How long (ms) to wait for the message whose worker is to be killed, and how often to look. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 15;

/** Resolves when everything is set; a process is killed later, in the middle of its work. */
export async function cause(deps: TroubleDeps, place: Place, wanted: readonly Trouble[]): Promise<void> {
  for (const trouble of wanted) await arm(deps, place, trouble);
}

async function arm(deps: TroubleDeps, place: Place, trouble: Trouble): Promise<void> {
  const { others } = deps;
  const { door } = place;
  const platform = platformDoor(door);
  if (trouble === 'overloaded') await others.fail('claude', { status: 529, times: TIMES });
  if (trouble === 'kill') void killAtWork(deps, place).catch(() => {});
  // The doors without a platform in front of them are called twice by the page itself.
  if (trouble === 'twice' && platform) await others.fail(door, { kind: 'repeat-webhook', copies: 2, atOnce: true });
  if (trouble === 'down' && platform) await others.fail(door, { kind: 'down', times: TIMES, ...platform.delivery });
}

/** Ends the process that has claimed the conversation's next turn, while Claude is answering. */
async function killAtWork(deps: TroubleDeps, place: Place): Promise<void> {
  const before = new Set((await look(deps, place)).turns.map(({ id }) => id));
  const endsAt = Date.now() + PATIENCE_MS;
  const { others } = deps;
  const isAsked = ({ asked }: TurnView['at']) => asked !== undefined || !others.has('claude');
  while (Date.now() < endsAt) {
    const { turns } = await look(deps, place);
    const isAsking = turns.some(({ id, state, at }) => !before.has(id) && state === 'CLAIMED' && isAsked(at));
    const victim = deps.processes().find(({ name, busy }) => busy && name === workerOf(place.door));
    if (isAsking && victim) return void process.kill(victim.pid, 'SIGKILL');
    await sleep(LOOK_MS);
  }
}
