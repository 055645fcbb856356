/** Root of the operator's door. */
import { rates } from '../bounds.ts';
import type { Settings } from '../config.ts';
import { callersOf } from '../http/access.ts';
import { logLine } from '../log.ts';
import { type DoorDeps, operate } from '../operator/door.ts';
import { openLetters } from '../queue/letters.ts';
import { openSqs, openTurnsQueue } from '../queue.ts';
import { fits, openCounters } from '../store/counters.ts';
import { openForget } from '../store/forget.ts';
import { openForgetUser } from '../store/forget-user.ts';
import { openTable } from '../store/items.ts';
import { openDynamo, openStore } from '../store/store.ts';
import { type PostHandler, postDoor } from './doors/post-door.ts';
import { openApp } from './open.ts';
import { RATING, rateIn } from './rating.ts';

const now = Date.now;

const GROUPS = ['operator', 'aws', 'chat', 'retention', ...RATING] as const;

/** As `npm run bot` looks unless told otherwise. */
const DAYS = 7;

/** The handler of POST /operator; without OPERATOR_KEYS it answers 503. */
export function operatorDoor(): PostHandler {
  return postDoor(openApp(GROUPS, doorDeps), operate);
}

function doorDeps(settings: Settings<(typeof GROUPS)[number]>): DoorDeps | undefined {
  const { operator, aws, chat, retention } = settings;
  if (!operator) return undefined;
  const { tableName, turnsQueueUrl } = aws;
  const [sqs, dynamo] = [openSqs(), openDynamo()];
  const counters = openCounters(dynamo, tableName);
  const store = openStore(dynamo, tableName, now, retention.days);
  const forget = openForget(dynamo, tableName, now);
  const own = {
    store,
    rate: rateIn(store, settings),
    table: openTable(dynamo, tableName),
    forget,
    forgetUser: openForgetUser(dynamo, tableName, { now, forget }),
    put: openTurnsQueue(sqs, turnsQueueUrl).put,
    callers: callersOf(chat?.accessKeys ?? []),
    days: DAYS,
    now,
  };
  return {
    keys: operator.keys,
    operator: (until) => ({
      ...own,
      until,
      deadTurns: openLetters(sqs, async () => operator.turnsDeadLettersUrl, until),
      deadEvents: openLetters(sqs, async () => operator.eventsDeadLettersUrl, until),
      deadRecords: openLetters(sqs, async () => operator.recordsDeadLettersUrl, until),
    }),
    allows: (caller) => fits(counters, { what: `operator#${caller}`, ...rates.operator }, now()),
    now,
    log: logLine,
  };
}
