/** The packaged functions, each in a process of its own, and all that they ask: for looking at what they hold of their memory. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { openSqs } from '../../../lib/queue.ts';
import { openDynamo, openStore } from '../../../lib/store/store.ts';
import { type Handler, serve } from '../../../local/stand-ins/serve.ts';
import { build } from '../../../scripts/build/build.mjs';
import { png } from '../sample-files.ts';
import { makeTable, makeTurnsQueues } from '../tables.ts';
import { answerWith } from './content-claude.ts';
import { openPlatforms } from './content-platforms.ts';

interface Peak {
  peakMb: number;
  memoryMb: number;
  /** Messages of the queue that come again. */
  givenBack: number;
  /** Of the answers to requests. */
  statuses: number[];
}

export type MemoryWorld = Awaited<ReturnType<typeof openMemoryWorld>>;

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CHILD = path.join(import.meta.dirname, 'memory-child.mjs');

/** As large as a picture may be. */
const PICTURE = Buffer.concat([png(1_000, 1_000), Buffer.alloc(7_800_000)]);

export async function openMemoryWorld() {
  const folder = await mkdtemp(path.join(tmpdir(), 'functions-'));
  await build({ outdir: folder });
  const platforms = openPlatforms();
  let answer: Handler = answerWith({ text: '' });
  const standIns = await serve({
    claude: (request, response) => answer(request, response),
    files: (_request, response) => void response.end(PICTURE),
    ...platforms.mounts,
  });
  const table = await makeTable();
  const queues = await makeTurnsQueues(openSqs());
  const settings = {
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
    ATTACHMENT_HOSTS: standIns.url,
    TABLE_NAME: table,
    TURNS_QUEUE_URL: queues.turns,
    MAX_INPUT_CHARS: '0',
    USER_MESSAGES_PER_MINUTE: '0',
    USER_USD_PER_DAY: '0',
    TOTAL_USD_PER_DAY: '0',
    CHAT_API_USD_PER_DAY: '0',
    CHAT_API_USERS_PER_MINUTE: '0',
    ...platforms.settings(standIns.url),
  };
  Object.assign(process.env, settings);
  const store = openStore(openDynamo(), table, Date.now);

  return {
    filesUrl: `${standIns.url}/files`,
    platforms,
    store,
    letClaudeSay(text: string): void {
      answer = answerWith({ text });
    },
    /** All invocations at once, in a fresh process of the function; gives its peak and its memory, in MB. */
    async run(name: string, events: readonly object[], windowMs = 60_000): Promise<Peak> {
      const memoryMb = memoryOf(name);
      const child = fork(CHILD, {
        execArgv: [],
        env: { ...process.env, NODE_OPTIONS: '', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb) },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const ended = once(child, 'exit').then(([code]) => [{ peakKb: undefined, code }]);
      child.send({ bundle: pathToFileURL(path.join(folder, `${name}.mjs`)).href, events, windowMs });
      const [{ peakKb, givenBack, statuses, code }] = await Promise.race([once(child, 'message'), ended]);
      if (peakKb === undefined) throw new Error(`${name} ended with ${code}`);
      return { peakMb: Math.round(peakKb / 1024), memoryMb, givenBack, statuses };
    },
    async close(): Promise<void> {
      await standIns.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** As API Gateway's REST API hands a request to a function. */
export function restEvent(httpMethod: string, path: string, headers: object, body?: object) {
  return {
    httpMethod,
    path,
    headers,
    pathParameters: { sessionId: path.split('/').at(-1) },
    requestContext: { identity: { sourceIp: '127.0.0.1' } },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

/** What serverless.yml gives to the function, in MB. */
function memoryOf(name: string): number {
  const { provider, functions } = parse(readFileSync(path.join(ROOT, 'serverless.yml'), 'utf8'), {
    logLevel: 'silent',
  });
  return functions[name].memorySize ?? provider.memorySize;
}
