/** Everything around the door of /chat: table, records queue, Claude offline, and a client that reads the answer as it comes. */
import { randomUUID } from 'node:crypto';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { openSqs } from '../../lib/queue.ts';
import { openTable } from '../../lib/store/items.ts';
import { openSessions } from '../../lib/store/sessions.ts';
import { openDynamo, openStore } from '../../lib/store/store.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { receive } from './consumer.ts';
import { provideRuntime, restGateway, type StreamingHandler } from './rest-gateway.ts';
import { makeTable } from './tables.ts';

export type ChatWorld = Awaited<ReturnType<typeof openChatWorld>>;

/** One line or event of an answer. */
export interface Piece {
  delta?: string;
  tool?: string;
  done?: true;
  turn?: string;
  usage?: Record<string, number>;
  usd?: number;
  stop?: string;
  error?: string;
  code?: string;
  retryAfter?: number;
}

export interface Said {
  status: number;
  headers: Headers;
  pieces: Piece[];
  /** All deltas together. */
  text: string;
  last: Piece;
}

export interface Line {
  role: string;
  text: string;
  turn: string;
  attachments?: unknown;
  usd?: number;
}

/** How long (ms) an invocation may last. */
const WINDOW_MS = 60_000;

export async function openChatWorld(
  settings: Record<string, string> = {},
  loadHandler: () => Promise<unknown> = async () => (await import('../../lib/app/chat.ts')).chatDoor(),
) {
  const claude = createClaude();
  const standIns = await serve({ claude: claude.handle });
  const table = await makeTable();
  const sqs = openSqs();
  const { QueueUrl: recordsQueue = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `logs-${randomUUID()}` }));
  Object.assign(process.env, {
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
    TABLE_NAME: table,
    TURNS_QUEUE_URL: 'http://127.0.0.1:9/nobody-asks',
    RECORDS_QUEUE_URL: recordsQueue,
    RECONIFY_APP_KEY: 'app',
    RECONIFY_API_KEY: 'api',
    USER_MESSAGES_PER_MINUTE: '0',
    USER_USD_PER_DAY: '0',
    TOTAL_USD_PER_DAY: '0',
    CHAT_ACCESS_KEYS: '',
    ALLOWED_ORIGINS: '',
    ...settings,
  });
  provideRuntime();
  const gate = await restGateway(
    ['/chat/{sessionId}', '/chat/{sessionId}/{proxy+}'],
    (await loadHandler()) as StreamingHandler,
    WINDOW_MS,
  );
  const dynamo = openDynamo();

  const request = (session: string, init: RequestInit = {}) => fetch(`${gate.url}/chat/${session}`, init);
  const post = (session: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    request(session, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      ...(signal ? { signal } : {}),
    });

  return {
    url: gate.url,
    claude,
    store: openStore(dynamo, table, Date.now),
    sessions: openSessions(openTable(dynamo, table), Date.now),
    request,
    post,
    /** Says it and reads to the end. */
    async say(session: string, message: string, headers?: Record<string, string>): Promise<Said> {
      return read(await post(session, { message }, headers));
    },
    async transcript(session: string, headers: Record<string, string> = {}): Promise<Line[]> {
      const response = await request(session, { headers });
      return JSON.parse(await response.text()).messages;
    },
    /** Everything the table holds, as text. */
    async dump(): Promise<string> {
      const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return JSON.stringify(Items);
    },
    /** How many invocations have ended. */
    endings: () => gate.endedWithMs.length,
    /** Records on their way to Reconify. */
    async records(): Promise<number> {
      return (await receive(sqs, recordsQueue)).length;
    },
    async close(): Promise<void> {
      await Promise.all([gate.close(), standIns.close()]);
    },
  };
}

export async function read(response: Response): Promise<Said> {
  const text = await response.text();
  const lines = text.split('\n').flatMap((line) => line.replace(/^data: /, '').trim() || []);
  const pieces = lines.map((line): Piece => JSON.parse(line));
  return {
    status: response.status,
    headers: response.headers,
    pieces,
    text: pieces.map(({ delta = '' }) => delta).join(''),
    last: pieces.at(-1) ?? {},
  };
}

export async function all<T>(arriving: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of arriving) found.push(one);
  return found;
}

/** The pieces of a response one by one, as they arrive. */
export async function* pieces(response: Response): AsyncGenerator<Piece> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}
