/** What stops growth, and from how many messages a minute on. */
import { ASSUMED, MEASURED } from './counts.ts';
import { simulate } from './simulate.ts';

export interface Limit {
  name: string;
  /** Messages a minute. */
  from: number;
  why: string;
  remedy: string;
}

/** As serverless.yml has them. */
const SHIPPED = { workers: 4, throttlePerSecond: 200, deliverers: 2, batch: 10, doors: 2 };
/** Half of the answers are there after this (s), where nothing holds them up. */
const PROMPT_SECONDS = 6;

/** In the order in which they bite. */
export function limits(): Limit[] {
  const { webhooks } = ASSUMED;
  const writes = MEASURED.writeUnits + MEASURED.logWriteUnits;
  const found: Limit[] = [
    {
      name: 'Answers at once (`replyConcurrency` 4)',
      from: sustained(SHIPPED.workers),
      why: `simulated: the most at which half of the answers take less than ${PROMPT_SECONDS} s`,
      remedy: 'raise the account’s Lambda quota, then `replyConcurrency`',
    },
    {
      name: 'TalkJS, 9 requests a second and app',
      from: 9 * 60,
      why: 'one request an answer; 600 more at once after a pause (third-party figure)',
      remedy: 'ask TalkJS for more, or one app and stage per tenant',
    },
    {
      name: 'A new account’s 10 Lambdas at once',
      from: (SHIPPED.doors / ASSUMED.webhookSeconds / webhooks) * 60,
      why: `${SHIPPED.doors} are left to the doors; a webhook takes ${ASSUMED.webhookSeconds * 1000} ms`,
      remedy: 'the same quota; then `doorReserved`',
    },
    {
      name: 'Claude, requests a minute of your tier',
      from: 4_000,
      why: 'example of a high tier (from memory): your console says yours; tokens a minute can bite first',
      remedy: 'a higher tier, `CLAUDE_FALLBACK_MODEL` (limits are per model), or fewer tokens remembered',
    },
    {
      name: 'Records on the way to Reconify (`deliver`, 2 at once)',
      from: ((SHIPPED.deliverers * SHIPPED.batch) / ASSUMED.recordsSeconds) * 60,
      why: `batches of ${SHIPPED.batch} in ${ASSUMED.recordsSeconds} s; nobody waits for it, the queue keeps them 14 days`,
      remedy: 'raise its `maximumConcurrency`, if Reconify agrees',
    },
    {
      name: 'API throttle (`throttleRate` 200)',
      from: (SHIPPED.throttlePerSecond / webhooks) * 60,
      why: `${webhooks} webhooks a message; beyond it TalkJS gets 429 and tries once more`,
      remedy: 'raise `throttleRate` and `throttleBurst`, up to the account’s 10,000',
    },
    {
      name: 'One batch consumer’s 1,000 invocations',
      from: sustained(1_000),
      why: 'simulated: `MaximumConcurrency` of an event source ends there (from memory)',
      remedy: 'several stages, each with its part of the conversations',
    },
    {
      name: 'A new table’s first throughput, 4,000 write units a second',
      from: (4_000 / writes) * 60,
      why: `${writes} a message; on-demand grows to twice its last peak within 30 minutes (from memory)`,
      remedy: 'warm throughput, set before the launch',
    },
    {
      name: 'The counter of what all users spent',
      from: (1_000 / 2) * 60,
      why: 'one item for each 10 dollars of the smallest cap, up to 16, written twice an answer; a partition takes 1,000 write units a second',
      remedy: 'caps of 160 dollars and more: 480,000 a minute. A smaller one is spent before that item is too slow',
    },
    {
      name: 'A table’s 40,000 units a second',
      from: (40_000 / Math.max(writes, MEASURED.readUnits)) * 60,
      why: `${MEASURED.readUnits} read units a message are more than its ${writes} write units (quota from memory)`,
      remedy: 'the quota is raised on request; a smaller `HISTORY_TOKEN_BUDGET` reads less',
    },
    {
      name: 'SQS FIFO, high throughput',
      from: 2_400 * 60,
      why: 'one send a message; 2,400 a second in the smallest regions, up to 70,000 (from memory)',
      remedy: 'a larger region',
    },
  ];
  return found.sort((a, b) => a.from - b.from);
}

/** Messages a minute, in steps of a quarter, that so many workers answer promptly. */
function sustained(workers: number): number {
  let best = 0;
  for (let rate = workers * 10; ; rate = Math.round(rate * 1.25)) {
    const minutes = Math.max(2, Math.min(30, 100_000 / rate));
    const { median, answered, arrived } = simulate({ messagesPerMinute: rate, workers, minutes });
    if (median > PROMPT_SECONDS || answered < arrived / 2) return best;
    best = rate;
  }
}
