/** Root of the reconciler: what is due everywhere, and TalkJS on one side, the table and the queue of turns on the other. */

import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { bots } from '#bots/doors';
import type { Settings } from '../config.ts';
import { Later } from '../errors.ts';
import { errorName, logLine } from '../log.ts';
import { talkjsApi } from '../platforms/talkjs/api.ts';
import { talkjsLately } from '../platforms/talkjs/lately.ts';
import { ourUsers } from '../platforms/talkjs/our-users.ts';
import { talkjsTeam } from '../platforms/talkjs/team.ts';
import { openSqs, openTurnsQueue } from '../queue.ts';
import { duesUntil, endDue } from '../store/due.ts';
import type { Dynamo } from '../store/dynamo.ts';
import { openTable } from '../store/items.ts';
import { openProgress } from '../store/progress.ts';
import { openDynamo, openStore } from '../store/store.ts';
import { type DuesDeps, putDues } from '../turn/dues.ts';
import { type ReconcileDeps, type Reconciled, reconcile } from '../turn/reconcile.ts';
import type { Due } from '../types.ts';
import { doorFailed } from './doors/failed.ts';
import { openApp } from './open.ts';
import { RATING, rateIn } from './rating.ts';

type Handler = (
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<Reconciled | { skipped: string }>;

const GROUPS = ['aws', 'talkjs', 'retention', ...RATING] as const;

/** Between two requests (ms): TalkJS' own export example waits as long. */
const PACE_MS = 250;

/** The handler of the schedule. Nobody waits for what it returns; where an operator is needed, the line rings the alarm. */
export function reconcileDoor({ paceMs = PACE_MS }: { paceMs?: number } = {}): Handler {
  const open = openApp(GROUPS, (settings) => depsOf(settings, paceMs));
  return async (_event, context) => {
    try {
      const { dues, lately } = await open();
      await putDues(dues);
      if (!lately) return { skipped: 'TalkJS is not configured' };
      return await reconcile(lately, () => context.getRemainingTimeInMillis());
    } catch (error) {
      doorFailed(error);
      return { skipped: errorName(error) };
    }
  };
}

function depsOf(
  settings: Settings<(typeof GROUPS)[number]>,
  paceMs: number,
): { dues: DuesDeps; lately: ReconcileDeps | undefined } {
  const { aws } = settings;
  const dynamo = openDynamo();
  const table = openTable(dynamo, aws.tableName);
  const { put } = openTurnsQueue(openSqs(), aws.turnsQueueUrl);
  const dues = {
    duesUntil: (now: number) => duesUntil(table, now),
    endDue: (due: Due) => endDue(table, due),
    ...{ put, now: Date.now, log: logLine },
  };
  return { dues, lately: latelyDeps(settings, { dynamo, put, paceMs }) };
}

function latelyDeps(
  settings: Settings<(typeof GROUPS)[number]>,
  { dynamo, put, paceMs }: { dynamo: Dynamo; put: ReconcileDeps['put']; paceMs: number },
): ReconcileDeps | undefined {
  const { aws, talkjs, retention } = settings;
  if (!talkjs) return undefined;
  const now = Date.now;
  // The next run is the retry.
  const sleep = () => Promise.reject(new Later('not now'));
  const store = openStore(dynamo, aws.tableName, now, retention.days);
  const api = talkjsApi(talkjs, { fetch, now, sleep });
  return {
    lately: talkjsLately({ ...talkjs, ours: ourUsers(bots, talkjs.botId) }, api),
    team: talkjsTeam(talkjs, api),
    store,
    rate: rateIn(store, settings),
    progress: openProgress(dynamo, aws.tableName),
    put,
    pace: () => wait(paceMs),
    now,
    log: logLine,
  };
}
