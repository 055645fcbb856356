/** From a turn to the spans that a receiver of OpenTelemetry gets of it, and what each answer of the receiver means. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRecorder } from '../../lib/app/recorder.ts';
import { Later, Permanent } from '../../lib/errors.ts';
import { openRecordsQueue } from '../../lib/queue.ts';
import { type DeliverDeps, deliver, type Receiver } from '../../lib/records/deliver.ts';
import { keepRecord } from '../../lib/records/envelope.ts';
import { exportSpans } from '../../lib/records/export.ts';
import { exportOf } from '../../lib/records/otlp.ts';
import { type CallRecord, ratingRecordOf } from '../../lib/records/record.ts';
import { spansOf } from '../../lib/records/spans.ts';
import { openForget } from '../../lib/store/forget.ts';
import { openDynamo } from '../../lib/store/store.ts';
import type { OtlpFault } from '../../local/stand-ins/otlp.ts';
import { type Handler, serve } from '../../local/stand-ins/serve.ts';
import { type Booking, openBooking } from '../harness/booking.ts';
import { invoke, receive } from '../harness/consumer.ts';
import { throughProtobuf } from '../harness/otlp-schema.ts';
import { type LogWorld, openLogWorld } from '../harness/reconify-world.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
let logs: LogWorld;
let world: World;
let service: Booking;
let ids = 0;

beforeAll(async () => {
  service = await openBooking();
  logs = await openLogWorld(
    { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20b3RlbA==,x-tenant=a' },
    { withOtlp: true },
  );
  world = await openWorld(chat, { TABLE_NAME: logs.table });
});
afterAll(() => Promise.all([world.close(), logs.close(), service.close()]));
afterEach(() => {
  logs.otlp.heal();
  logs.reconify.heal();
  world.claude.reset();
});

async function spansAfter(conversation: string, text: string) {
  const before = logs.otlp.spans().length;
  await world.converse(conversation, text);
  await logs.drain();
  return logs.otlp.spans().slice(before);
}

function recordSaying(text: string): CallRecord & Required<Pick<CallRecord, 'call'>> {
  return {
    type: 'chat',
    timestamps: { request: 1_760_000_000_000, response: 1_760_000_001_000 },
    inbound: `m${ids}`,
    session: 'abc',
    request: { model: 'm', messages: [{ role: 'user', content: text }] },
    response: {
      id: `msg_${ids}`,
      content: [{ type: 'text', text: 'Write to ada@example.com' }],
      stop_reason: 'end_turn',
    },
    call: {
      platform: 'talkjs',
      usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
      usd: 0.5,
    },
  };
}

async function keepNew(record: CallRecord = recordSaying('Hi')): Promise<string> {
  const id = `span${++ids}`;
  await keepRecord({ shelf: logs.shelf, put: openRecordsQueue(logs.sqs, logs.queues.logs).put }, id, record);
  return id;
}

const arrivedAtReconify = (id: string) => logs.reconify.records.filter((record) => record.id === id).length;
const arrivedAsSpan = (message: string) =>
  logs.otlp.spans().filter(({ attributes }) => attributes['claude_chat.message'] === message).length;

describe('a turn in which a tool ran', () => {
  it('is one trace: a span for each call, and one for the tool below the call that asked for it', async () => {
    const [tool, ...calls] = (await spansAfter('tools', 'What time is it in UTC?')).toSorted((a, b) => a.kind - b.kind);
    const [asking, answering] = calls.toSorted((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1));

    expect(calls).toHaveLength(2);
    expect(new Set([tool, ...calls].map((span) => span?.traceId)).size).toBe(1);
    expect(new Set([tool, ...calls].map((span) => span?.spanId)).size).toBe(3);
    expect(tool).toMatchObject({
      name: 'execute_tool current_time',
      kind: 1,
      parentSpanId: asking?.spanId,
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'current_time' },
    });
    const reply = (await chat.transcript('tools')).at(-1);
    expect(reply?.isBot).toBe(true);
    expect(answering).toMatchObject({
      name: 'chat claude-haiku-5-5',
      kind: 3,
      status: {},
      resource: { 'service.name': 'claude-behind-chat', 'deployment.environment.name': 'local' },
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-haiku-5-5',
        'gen_ai.response.finish_reasons': ['end_turn'],
        'gen_ai.prompt.name': 'default',
        'gen_ai.prompt.version': expect.stringMatching(/^[0-9a-f]+$/),
        'gen_ai.conversation.id': expect.stringMatching(/^[0-9a-f]{16}$/),
        'user.id': expect.stringMatching(/^[0-9a-f]{16}$/),
        'claude_chat.platform': 'talkjs',
        'claude_chat.cost': 'counted',
      },
    });
    expect(asking?.attributes['gen_ai.response.finish_reasons']).toEqual(['tool_use']);
  });

  it('has what the user said yes to below the call that was told of it, by the id that this one knows', async () => {
    world.claude.script({ text: null, tools: [{ name: 'cancel', input: { room: 'Rome' } }] });
    const [asking] = await spansAfter('confirmed', 'Cancel Rome');

    const [tool, call] = (await spansAfter('confirmed', 'Yes')).toSorted((a, b) => a.kind - b.kind);

    expect(tool).toMatchObject({
      name: 'execute_tool cancel',
      traceId: call?.traceId,
      parentSpanId: call?.spanId,
      attributes: { 'gen_ai.tool.call.id': 'toolu_confirmed_by_user' },
    });
    expect(tool?.traceId).not.toBe(asking?.traceId);
  });

  it('says what it cost, and counts what the cache had among the input', async () => {
    const [span] = await spansAfter('cost', 'Hello there');

    const { attributes = {} } = span ?? {};
    const [record] = logs.reconify.records.slice(-1);
    const { usage = {} } = (record?.payload.response ?? {}) as { usage?: Record<string, number> };
    const { input_tokens = 0, cache_read_input_tokens = 0, cache_creation_input_tokens = 0 } = usage;
    expect(attributes).toMatchObject({
      'gen_ai.usage.input_tokens': input_tokens + cache_read_input_tokens + cache_creation_input_tokens,
      'gen_ai.usage.output_tokens': usage.output_tokens,
      'gen_ai.usage.cache_read.input_tokens': cache_read_input_tokens,
      'gen_ai.usage.cache_write.input_tokens': cache_creation_input_tokens,
    });
    expect(attributes['gen_ai.usage.cost']).toBeGreaterThan(0);
    expect(JSON.parse(String(attributes['langfuse.observation.cost_details']))).toEqual({
      total: attributes['gen_ai.usage.cost'],
    });
  });

  it('has no word of anybody in it', async () => {
    await spansAfter('words', 'My name is Rumpelstiltskin, what time is it in UTC?');

    const said = JSON.stringify(logs.otlp.exports);
    expect(said).not.toMatch(/Rumpelstiltskin|alice|UTC|offline Claude/);
  });

  it('is sent with the headers that were set', () => {
    expect(logs.otlp.headers.at(-1)).toMatchObject({ authorization: 'Basic b3RlbA==', 'x-tenant': 'a' });
  });

  it('is what the published schema says, field by field', async () => {
    const exports = logs.otlp.exports.length;
    world.claude.script({ status: 400, times: 1 });
    await spansAfter('schema', 'What time is it in UTC?');

    expect(logs.otlp.exports.length).toBeGreaterThan(exports);
    for (const exported of logs.otlp.exports) expect(throughProtobuf(exported as object)).toEqual(exported);
  });
});

describe('what was said', () => {
  const spansOfRecord = (content: 'off' | 'redacted' | 'full') =>
    JSON.stringify(spansOf(recordSaying('Call me: +49 30 901820'), 'id', content));

  it('goes along only where it may, and then without contacts unless all of it may', () => {
    expect(spansOfRecord('off')).not.toMatch(/Call me|Write to/);
    expect(spansOfRecord('redacted')).toContain('Call me: [phone removed]');
    expect(spansOfRecord('redacted')).toContain('Write to [e-mail removed]');
    expect(spansOfRecord('full')).toContain('Call me: +49 30 901820');
    expect(throughProtobuf(exportOf(spansOf(recordSaying('Hi'), 'id', 'full'), { a: 'b' }))).toEqual(
      exportOf(spansOf(recordSaying('Hi'), 'id', 'full'), { a: 'b' }),
    );
  });

  it('is not even on the queue where only spans without it are wanted', async () => {
    const { reconify: _, ...read } = logs.settings;
    const about = { platform: 'talkjs', conversation: 'c', messageId: 'quiet', createdAt: 1, speaker: { id: 'alice' } };
    const { request, response } = recordSaying('A secret wish');

    await openRecorder(read, { now: Date.now, newId: () => 'quiet', log: () => {} })({
      ...{ about, request, response, requestedAt: 1_760_000_000_000, respondedAt: 1_760_000_000_001 },
    });

    const [message] = await receive(logs.sqs, logs.queues.logs);
    await invoke(logs.sqs, logs.queues.logs, logs.deliver, message ? [message] : []);
    await logs.drain();
    expect(message?.Body).toContain('quiet');
    expect(message?.Body).not.toMatch(/wish|ada@/);
  });
});

/** One attempt, without the queue. */
async function attempt(fault: OtlpFault | undefined, over: Partial<DeliverDeps> = {}) {
  if (fault) logs.otlp.fail(fault);
  const holds: number[] = [];
  const buried: string[] = [];
  const id = `span${++ids}`;
  const record = recordSaying('Hi');
  const body = JSON.stringify({ v: 1, id, to: 'otlp', record });
  const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '';
  const post: Receiver['post'] = () =>
    exportSpans(exportOf(spansOf(record, id, 'off'), {}), { endpoint, headers: {}, fetch });
  const deps: DeliverDeps = {
    shelf: logs.shelf,
    isForgotten: async () => false,
    receivers: [{ name: 'otlp', post }],
    rests: new Map(),
    put: async () => {},
    bury: async (body: string) => void buried.push(body),
    hold: async (entries: readonly { seconds: number }[]) => void holds.push(...entries.map(({ seconds }) => seconds)),
    now: Date.now,
    log: () => {},
    ...over,
  };
  const back = await deliver(deps, [{ messageId: 'm', receipt: 'r', attempts: 1, body }]);
  return {
    isBack: back.length > 0,
    seconds: holds[0],
    isBuried: buried.length > 0,
    hasArrived: arrivedAsSpan(`m${ids}`),
  };
}

it('who gets records alone may take its time for each of them', async () => {
  let clock = Date.now();
  const post = async () => {
    clock += 4_000;
  };
  const over = { receivers: [{ name: 'otlp' as const, post }], rests: new Map(), now: () => clock };

  await attempt(undefined, over);

  expect(await attempt(undefined, over)).toMatchObject({ isBack: false });
});

describe('an answer of the receiver', () => {
  it.each<OtlpFault['kind']>(['down', 'busy', 'away', 'cut'])('brings the record back: %s', async (kind) => {
    expect(await attempt({ kind })).toMatchObject({ isBack: true, isBuried: false, hasArrived: 0 });
  });

  it('brings it back when the receiver says', async () => {
    expect(await attempt({ kind: 'busy', retryAfterSeconds: 120 })).toMatchObject({ isBack: true, seconds: 120 });
  });

  it.each<OtlpFault['kind']>(['broken', 'refuse', 'reject'])('buries it at once: %s', async (kind) => {
    expect(await attempt({ kind })).toMatchObject({ isBack: false, isBuried: true, hasArrived: 0 });
  });

  it('is waited for, if it takes its time', async () => {
    expect(await attempt({ kind: 'slow' })).toMatchObject({ isBack: false, isBuried: false, hasArrived: 1 });
  });

  it('is not read without end: its status counts', async () => {
    const endless =
      (status: number): Handler =>
      (_, response) => {
        const fill = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
        };
        response.writeHead(status).on('drain', fill);
        fill();
      };
    const { url, close } = await serve({ taken: endless(200), refused: endless(400) });
    const to = (mount: string) => exportSpans({}, { endpoint: `${url}/${mount}`, headers: {}, fetch });

    await expect(to('taken')).resolves.toBeUndefined();
    await expect(to('refused')).rejects.toBeInstanceOf(Permanent);
    await close();
  });
});

describe('with two who get records', () => {
  it('nobody waits for one that does not answer: it is left alone for a while', async () => {
    let clock = Date.now();
    let posts = 0;
    const post = async () => {
      posts += 1;
      clock += 10_000;
      throw new Later('nothing came');
    };
    const rests = new Map();
    const now = () => clock;

    await attempt(undefined, { receivers: [{ name: 'otlp', post }], rests, now });
    const { isBack } = await attempt(undefined, { receivers: [{ name: 'otlp', post }], rests, now });

    expect(isBack).toBe(true);
    expect(posts).toBe(1);
    clock += 31_000;
    await attempt(undefined, { receivers: [{ name: 'otlp', post }], rests, now });
    expect(posts).toBe(2);
  });

  it('one that takes its time is left alone for as long as it took, so that half of the time is the other’s', async () => {
    let clock = Date.now();
    let posts = 0;
    const slow: Receiver['post'] = async () => {
      posts += 1;
      clock += 4_000;
    };
    const receivers: Receiver[] = [
      { name: 'otlp', post: slow },
      { name: 'reconify', post: async () => {} },
    ];
    const over = { receivers, rests: new Map(), now: () => clock };

    await attempt(undefined, over);
    clock += 3_999;
    const { isBack } = await attempt(undefined, over);

    expect({ isBack, posts }).toEqual({ isBack: true, posts: 1 });
    clock += 1;
    expect(await attempt(undefined, over)).toMatchObject({ isBack: false });
    expect(posts).toBe(2);
  });

  it('what one refuses is buried for that one alone, and sent to it alone when it is redriven', async () => {
    logs.otlp.fail({ kind: 'refuse' });
    const id = await keepNew();

    await logs.drain();

    const [letter, ...others] = (await logs.buried()).map((body) => JSON.parse(body));
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ id, to: 'otlp' });
    expect(arrivedAtReconify(id)).toBe(1);
  });

  it('a record too large for the queue reaches both, and nothing of it stays', async () => {
    const record = { ...recordSaying('x'.repeat(1_500_000)), inbound: 'large' };
    const id = await keepNew(record);

    await logs.drain();

    expect(arrivedAtReconify(id)).toBe(1);
    expect(arrivedAsSpan('large')).toBe(1);
    expect(await logs.shelf.fetch(id)).toBeUndefined();
  });

  it('a record that came twice is one for each of them', async () => {
    const record = { ...recordSaying('Hi'), inbound: 'twice' };
    const kept = { shelf: logs.shelf, put: openRecordsQueue(logs.sqs, logs.queues.logs).put };
    const exports = logs.otlp.exports.length;

    await Promise.all([keepRecord(kept, 'twice', record), keepRecord(kept, 'twice', record)]);
    await logs.drain();

    expect(arrivedAtReconify('twice')).toBe(1);
    expect(logs.otlp.exports.length - exports).toBe(1);
  });

  it('a rating that still waits when its conversation is forgotten goes nowhere', async () => {
    const rating = (messageId: string) => {
      const about = { platform: 'talkjs', conversation: messageId, messageId };
      const more = { bot: 'default', promptHash: undefined, by: 'alice', at: Date.now() };
      return ratingRecordOf({ about, ...more, value: 'negative', comment: 'A secret of alice.' }, 'full');
    };
    const put = openRecordsQueue(logs.sqs, logs.queues.logs).put;
    for (const message of ['rated-and-forgotten', 'rated'])
      await keepRecord({ shelf: logs.shelf, put }, `rating-of-${message}`, rating(message), 'otlp');

    const forget = openForget(openDynamo(), logs.table, Date.now);
    await forget({ platform: 'talkjs', conversation: 'rated-and-forgotten' });
    await logs.drain();

    expect([arrivedAsSpan('rated-and-forgotten'), arrivedAsSpan('rated')]).toEqual([0, 1]);
  });

  it('what others hand in is for Reconify', async () => {
    const exports = logs.otlp.exports.length;
    const { logId } = await logs.handIn({ request: { messages: [] }, response: {} });

    await logs.drain();

    expect(arrivedAtReconify(logId)).toBe(1);
    expect(logs.otlp.exports).toHaveLength(exports);
  });
});
