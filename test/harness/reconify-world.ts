/** The records from end to end: table, queues, Claude, Reconify and a receiver of spans of a test's own, and the exported handlers between them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { openRecorder } from '../../lib/app/recorder.ts';
import { readSettings } from '../../lib/config.ts';
import { openSqs } from '../../lib/queue.ts';
import { openShelf } from '../../lib/store/records.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { createOtlp } from '../../local/stand-ins/otlp.ts';
import { createReconify } from '../../local/stand-ins/reconify.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { depth, invoke, receive } from './consumer.ts';
import { gateway } from './gateway.ts';
import { makeTable } from './tables.ts';

export const INTAKE_KEY = 'intake-key-of-a-service';
const KEYS = { appKey: 'app-key-0123', apiKey: 'api-key-4567' };

/** Of these, what belongs to the answer at hand. */
interface IntakeAnswer {
  logId: string;
  logIds: string[];
  error: string;
  fields: string[];
}

export type LogWorld = Awaited<ReturnType<typeof openLogWorld>>;

/** With `withOtlp` records go to a receiver of spans, too. */
export async function openLogWorld(settings: Record<string, string> = {}, { withOtlp = false } = {}) {
  const claude = createClaude();
  const reconify = createReconify(KEYS);
  const otlp = createOtlp();
  const standIns = await serve({ claude: claude.handle, reconify: reconify.handle, otlp: otlp.handle });
  const table = await makeTable();
  const sqs = openSqs();
  const makeQueue = async (name: string, attributes: Record<string, string> = {}) => {
    const command = new CreateQueueCommand({ QueueName: `${name}-${randomUUID()}`, Attributes: attributes });
    return (await sqs.send(command)).QueueUrl ?? '';
  };
  const logs = await makeQueue('records', { VisibilityTimeout: '60' });
  const dead = await makeQueue('logs-dead');
  const env = {
    TABLE_NAME: table,
    RECORDS_QUEUE_URL: logs,
    RECORDS_DEAD_LETTERS_URL: dead,
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
    RECONIFY_APP_KEY: KEYS.appKey,
    RECONIFY_API_KEY: KEYS.apiKey,
    RECONIFY_ENDPOINT: `${standIns.url}/reconify/track`,
    RECONIFY_INTAKE_KEYS: `another-key,${INTAKE_KEY}`,
    ...(withOtlp ? { OTEL_EXPORTER_OTLP_ENDPOINT: `${standIns.url}/otlp` } : {}),
    ...settings,
  };
  Object.assign(process.env, env);
  vi.resetModules();
  const { intake, deliver } = await import('../../functions/reconify.ts');
  const gate = await gateway(intake);
  const read = readSettings(env, ['reconify', 'otel', 'claude']);
  const ids: string[] = [];
  const newId = () => {
    const id = randomUUID();
    ids.push(id);
    return id;
  };

  return {
    claude,
    reconify,
    otlp,
    sqs,
    table,
    shelf: openShelf(openDynamo(), table, Date.now),
    queues: { logs, dead },
    deliver,
    settings: read,
    /** The log ids that were given out, in order. */
    ids,
    recorder: (over: Partial<NonNullable<typeof read.reconify>> = {}) =>
      openRecorder(
        { ...read, reconify: read.reconify && { ...read.reconify, ...over } },
        { now: Date.now, newId, log: () => {} },
      ),
    handIn: async (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${INTAKE_KEY}` }) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await fetch(`${gate.url}/reconify`, { method: 'POST', headers, body: text });
      return { status: answer.status, ...((await answer.json()) as IntakeAnswer) };
    },
    gate,
    waiting: () => depth(sqs, logs),
    buried: async () => (await receive(sqs, dead)).map(({ Body = '' }) => Body),
    /** Delivers until nothing waits, in as many invocations at once as there are lanes. */
    async drain({ lanes = 4 } = {}): Promise<void> {
      const lane = async () => {
        while ((await depth(sqs, logs)) > 0) {
          const messages = await receive(sqs, logs);
          if (messages.length > 0) await invoke(sqs, logs, deliver, messages);
          else await sleep(20);
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    },
    close: () => Promise.all([gate.close(), standIns.close()]),
  };
}
