/** Services of AWS that take a call and never answer it. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Later } from '../../lib/errors.ts';
import { openDoorQueue } from '../../lib/queue/door.ts';
import { openSqs, openTurnsQueue } from '../../lib/queue.ts';
import { openDynamo, openStore, type Store } from '../../lib/store/store.ts';
import type { Inbound } from '../../lib/types.ts';
import { type FaultyProxy, faultyProxy } from '../harness/faulty-proxy.ts';
import { makeTable, makeTurnsQueues } from '../harness/tables.ts';

const sent: Inbound = {
  event: 'sent',
  platform: 'talkjs',
  conversation: 'stalled',
  messageId: 'm',
  createdAt: 1_760_000_000_000,
  speaker: { id: 'ada' },
  text: 'Hello',
  attachments: [],
};
const services = { table: 'AWS_ENDPOINT_URL_DYNAMODB', queue: 'AWS_ENDPOINT_URL_SQS' } as const;
const real = { ...process.env };
const proxies: Partial<Record<keyof typeof services, FaultyProxy>> = {};
let store: Store;

beforeAll(async () => {
  for (const name of ['table', 'queue'] as const) {
    const proxy = await faultyProxy(real[services[name]] ?? '');
    proxies[name] = proxy;
    process.env[services[name]] = proxy.url;
  }
  store = openStore(openDynamo(), await makeTable(), Date.now);
});

afterAll(async () => {
  for (const proxy of Object.values(proxies)) await proxy.close();
  for (const name of Object.values(services)) process.env[name] = real[name];
});

describe('a table', () => {
  it('that stalls once is asked again, and nothing is claimed twice', async () => {
    proxies.table?.stall(1);

    const claimed = await store.claim(sent, {
      said: [],
      owner: 'worker',
      leaseUntil: Date.now() + 60_000,
      generation: 0,
    });

    expect(claimed).toMatchObject({ state: 'CLAIMED', epoch: 1 });
  });

  it('that goes on stalling is one that did not answer', async () => {
    proxies.table?.stall(1_000);

    await expect(store.find(sent)).rejects.toThrow(Later);
    proxies.table?.stall(0);
  });
});

describe('a queue that stalls once', () => {
  const ways = {
    'from a worker': (url: string) => openTurnsQueue(openSqs(), url).put(sent),
    'from a door': (url: string) => openDoorQueue(process.env, url)(sent),
  };

  it.each(Object.entries(ways))('has the message once, %s', async (_, put) => {
    const sqs = openSqs();
    const { turns } = await makeTurnsQueues(sqs);
    proxies.queue?.stall(1);

    await put(turns);

    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: turns, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    expect(Attributes?.ApproximateNumberOfMessages).toBe('1');
  });
});
