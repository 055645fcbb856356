/** The embedded stack: SQS (fauxqs), in memory or in an SQLite file, with AWS' own behaviour where fauxqs 2.4.1 has another. */
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildApp } from 'fauxqs';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Persistence = NonNullable<Stores['sqsStore']['persistence']>;

const { SqsStore, SqsQueue }: { SqsStore: new () => Stores['sqsStore']; SqsQueue: { prototype: FifoQueue } } =
  await partOf('sqs/sqsStore.js');
const { SETTABLE_ATTRIBUTES }: { SETTABLE_ATTRIBUTES: Set<string> } = await partOf('sqs/sqsTypes.js');
const { SnsStore }: { SnsStore: new () => Stores['snsStore'] } = await partOf('sns/snsStore.js');
const { S3Store }: { S3Store: new () => Stores['s3Store'] } = await partOf('s3/s3Store.js');
const { PersistenceManager }: { PersistenceManager: new (folder: string) => Persistence } =
  await partOf('persistence.js');

receiveWholeGroups(SqsQueue.prototype);
// AWS lets both be changed; fauxqs refuses to, and a kept queue could not follow serverless.yml.
for (const name of ['DeduplicationScope', 'FifoThroughputLimit']) SETTABLE_ATTRIBUTES.add(name);

/** The server, not yet listening; `folder` keeps its queues across restarts. */
export function openQueues(folder?: string): ReturnType<typeof buildApp> {
  return folder ? openKept(folder) : buildApp({ logger: false });
}

/** What is used of fauxqs' queue, which declares most of it as private. */
interface FifoQueue {
  fifoMessages: Map<string, { sequenceNumber?: string }[]>;
  fifoLockedGroups: Map<string, number>;
  dequeueFifo(maxCount: number, ...options: unknown[]): object[];
  processTimers(): void;
}

/**
 * SQS hands over as many messages of a group as there is room for before it goes on to the next group, in the order in which
 * they were sent (aws.md §4). fauxqs hands over one of each group, and puts what comes back in front of what came back before.
 */
function receiveWholeGroups(queue: FifoQueue): void {
  const takeNext = queue.dequeueFifo;
  queue.dequeueFifo = function takeGroups(maxCount, ...options) {
    this.processTimers();
    const { fifoMessages, fifoLockedGroups: locks } = this;
    const open = [...fifoMessages.keys()].filter((group) => !locks.has(group));
    const taken: object[] = [];
    for (const group of open) {
      fifoMessages.get(group)?.sort((a, b) => Number(a.sequenceNumber) - Number(b.sequenceNumber));
      // Its first message locks a group; for as long as it is its turn, it is the only one that is not locked.
      locks.has = (other) => other !== group;
      for (let room = maxCount - taken.length; room > 0; room--) taken.push(...takeNext.call(this, 1, ...options));
    }
    Reflect.deleteProperty(locks, 'has');
    return taken;
  };
}

/**
 * fauxqs offers persistence only together with a server that listens on every interface (`startFauxqs`). So its parts are put
 * together here as it does, and the caller listens on loopback.
 */
function openKept(folder: string): ReturnType<typeof buildApp> {
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const persistence = new PersistenceManager(folder);
  // fauxqs writes NULL into a NOT NULL column when a visibility timeout is set to 0, and loses the message. No receipt and
  // no deadline read as "ready"; its count of receives is right again with the next one.
  persistence.updateMessageReady = (messageId) => persistence.updateMessageInflight(messageId, '', 0, 0, undefined);
  // Load first: a store that already persists would replace each queue, and its messages with it.
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  stores.sqsStore.persistence = persistence;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;
  const app = buildApp({ logger: false, stores });
  app.addHook('onClose', async () => persistence.close());
  return app;
}

/** A file of fauxqs that its package.json does not export. */
function partOf(file: string) {
  const manifest = findPackageJSON('fauxqs', import.meta.url) ?? '';
  return import(pathToFileURL(path.join(path.dirname(manifest), 'dist', file)).href);
}
