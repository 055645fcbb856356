/** Everything around the Chat API server: table, queues, the worker that answers, and Claude offline. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { noShare, openShare } from '../../lib/chat-api/share.ts';
import type { WidgetFile } from '../../lib/chat-api/widget.ts';
import { openSqs } from '../../lib/queue.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { depth, startConsumer } from './consumer.ts';
import { provideRuntime, restGateway } from './rest-gateway.ts';
import { makeTable, makeTurnsQueues } from './tables.ts';

export const SECRET = 'the secret of the server under test';

export type ChatApiWorld = Awaited<ReturnType<typeof openChatApiWorld>>;

export interface WorldOptions {
  settings?: Record<string, string>;
  /** Whether requests and streams of the process tell each other directly. */
  isSharing?: boolean;
  /** How long (ms) an invocation may last. */
  windowMs?: number;
  /** Whether the bot's worker runs. */
  isAnswering?: boolean;
  /** The script that the build would have made. */
  widget?: WidgetFile;
  /** Milliseconds per piece of Claude's answers. */
  tokenMs?: number;
}

/** The doors read their settings when they are loaded: one world at a time in a process. */
export async function openChatApiWorld({
  settings = {},
  isSharing = true,
  isAnswering = true,
  windowMs = 120_000,
  tokenMs = 0,
  widget,
}: WorldOptions = {}) {
  const claude = createClaude({ tokenMs });
  const standIns = await serve({ claude: claude.handle });
  const table = await makeTable();
  const sqs = openSqs();
  const queues = await makeTurnsQueues(sqs);
  Object.assign(process.env, {
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
    TABLE_NAME: table,
    TURNS_QUEUE_URL: queues.turns,
    USER_MESSAGES_PER_MINUTE: '0',
    USER_USD_PER_DAY: '0',
    TOTAL_USD_PER_DAY: '0',
    CHAT_API_USD_PER_DAY: '0',
    CHAT_API_USERS_PER_MINUTE: '0',
    CHAT_API_SECRET: SECRET,
    // An earlier world's.
    CHAT_API_ENCRYPTION_KEY: '',
    CHAT_API_BOT: '',
    CHAT_API_WEBHOOK_URL: '',
    ...settings,
  });
  provideRuntime();
  const [{ chatApiDoor }, { replyDoor }] = await Promise.all([
    import('../../lib/app/chat-api.ts'),
    import('../../lib/app/worker.ts'),
  ]);
  const door = chatApiDoor({ share: isSharing ? openShare() : noShare, ...(widget ? { widget } : {}) });
  const gate = await restGateway(['/chat-api/{webhookId}/{proxy+}'], door, windowMs);
  const worker = startConsumer({ sqs, url: queues.turns, handler: replyDoor(), lanes: isAnswering ? 4 : 0 });
  return {
    apiUrl: `${gate.url}/chat-api/local`,
    claude,
    table,
    sqs,
    queues,
    /** The items that hold `text` anywhere: what the server itself could never ask for. */
    async find(text: string): Promise<Record<string, unknown>[]> {
      const { Items = [] } = await openDynamo().send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return Items.filter((item) => JSON.stringify(item).includes(text));
    },
    /** Leaves a conversation as a deletion leaves it that broke off. */
    async mark(pk: string): Promise<void> {
      const UpdateExpression = 'SET isDeleted = :true';
      const ExpressionAttributeValues = { ':true': true };
      await openDynamo().send(
        new UpdateCommand({ TableName: table, Key: { pk, sk: 'A' }, UpdateExpression, ExpressionAttributeValues }),
      );
    },
    /** How much time each invocation of the door had left when it ended. */
    endedWithMs: () => gate.endedWithMs,
    /** Lets the bot answer all that waits, where it does not run. */
    async answer(): Promise<void> {
      const late = startConsumer({ sqs, url: queues.turns, handler: replyDoor(), lanes: 4 });
      while ((await depth(sqs, queues.turns)) > 0) await sleep(20);
      await late.stop();
    },
    /** Ends when the bot has nothing more to do. */
    async quiet(): Promise<void> {
      while ((await depth(sqs, queues.turns)) > 0) await sleep(20);
    },
    async close(): Promise<void> {
      await worker.stop();
      await Promise.all([gate.close(), standIns.close()]);
    },
  };
}
