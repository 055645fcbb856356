/** The doctor: how much waits in the queues, and whether anything lies among the dead letters. */
import type { Env } from '../../lib/config.ts';
import { type Finding, off, ok, wrong } from '../../lib/platforms/kit/finding.ts';
import { depthOf } from '../bot/depth.ts';
import { findPlace, type Place } from '../bot/place.ts';
import { explained } from '../stage/explain.ts';

const QUEUES = [
  { what: 'messages', queue: 'TurnsQueue', letters: 'TurnsDeadLetters', more: 'npm run bot -- list --waiting' },
  { what: 'events', queue: 'EventsQueue', letters: 'EventsDeadLetters', more: 'the log has event-given-back' },
  { what: 'records', queue: 'RecordsQueue', letters: 'RecordsDeadLetters', more: 'the log has record-given-back' },
] as const;

/** Of the running stack, or of the stage that is named. */
export async function checkQueues(stage: string | undefined, env: Env): Promise<Finding[]> {
  try {
    const place = await findPlace(stage, env);
    return (await Promise.all(QUEUES.map((one) => checkQueue(place, one)))).flat();
  } catch (error) {
    return [off(`the queues could not be asked: ${explained(error)}`)];
  }
}

async function checkQueue(place: Place, { what, queue, letters, more }: (typeof QUEUES)[number]): Promise<Finding[]> {
  const [waiting, dead] = await Promise.all([depthOf(place, queue), depthOf(place, letters)]);
  return [
    waiting === 0 ? ok(`no ${what} wait`) : off(`${what} that wait or are being worked on: ${waiting} (${more})`),
    ...(dead === 0 ? [] : [wrong(`${dead} ${what} are dead letters`, '`npm run bot -- dead` shows them')]),
  ];
}
