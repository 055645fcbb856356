/** The embedded stack: SQS whose messages outlive the process, in an SQLite file. */
import { buildApp } from 'fauxqs';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Persistence = NonNullable<Stores['sqsStore']['persistence']>;

/**
 * fauxqs offers persistence only together with a server that listens on every interface (`startFauxqs`, 2.4.1). So its
 * parts are put together here as it does, and the caller listens on loopback.
 */
export async function openKeptQueues(folder: string): Promise<ReturnType<typeof buildApp>> {
  const { SqsStore }: { SqsStore: new () => Stores['sqsStore'] } = await partOf('sqs/sqsStore.js');
  const { SnsStore }: { SnsStore: new () => Stores['snsStore'] } = await partOf('sns/snsStore.js');
  const { S3Store }: { S3Store: new () => Stores['s3Store'] } = await partOf('s3/s3Store.js');
  const { PersistenceManager }: { PersistenceManager: new (folder: string) => Persistence } =
    await partOf('persistence.js');
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const persistence = new PersistenceManager(folder);
  // 2.4.1 writes NULL into a NOT NULL column when a visibility timeout is set to 0, and loses the message. No receipt and
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
  return import(new URL(file, import.meta.resolve('fauxqs')).href);
}
