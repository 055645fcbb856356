/** What Reconify receives, field by field, for each kind of interaction: test/fixtures/reconify-*.json. */
import { readFile } from 'node:fs/promises';
import type { MessageParam, ToolUnion } from '@anthropic-ai/sdk/resources/messages/messages';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AskDeps, openAsk, openClaude } from '../../lib/claude/ask.ts';
import { noTools } from '../../lib/claude/question.ts';
import { english } from '../harness/english.ts';
import { type LogWorld, openLogWorld } from '../harness/reconify-world.ts';

let world: LogWorld;

beforeAll(async () => {
  world = await openLogWorld({ RECONIFY_SESSION_TIMEOUT: '30' });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

const speaker = { id: 'alice', name: 'Alice Liddell', email: 'alice@example.com', phone: '555-555-5555' };

const tools: AskDeps['tools'] = {
  params: [
    {
      name: 'lookup',
      description: 'Looks something up',
      input_schema: { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] },
    } satisfies ToolUnion,
  ],
  run: async ({ calls }) => ({
    results: calls.map(({ id }, i) => ({ type: 'tool_result' as const, tool_use_id: id, content: `result ${i}` })),
    handsOver: false,
  }),
  confirm: noTools.confirm,
};

/** Asks, delivers, and gives what arrived for it. */
async function recordsOf(content: MessageParam['content'], deps: Partial<AskDeps> = {}, over = {}) {
  const before = world.reconify.records.length;
  let clock = 1_760_000_000_000;
  const ask = openAsk({
    client: openClaude(world.settings.claude),
    settings: { ...world.settings.claude, systemPrompt: 'Be brief.' },
    tools: noTools,
    record: world.recorder(over),
    now: () => (clock += 1_000),
    log: () => {},
    ...deps,
  });
  await ask({
    messages: [{ role: 'user', content }],
    about: { platform: 'talkjs', conversation: 'wonderland', messageId: 'm', createdAt: 1, speaker },
    speech: english,
    userId: 'opaque',
    signal: new AbortController().signal,
  });
  await world.drain();
  return arrived(before);
}

function arrived(from: number) {
  const payloads = world.reconify.records.slice(from).map(({ payload }) => payload);
  return payloads.toSorted((a, b) => requestedAt(a) - requestedAt(b));
}

function requestedAt(payload: Record<string, unknown>): number {
  return (payload.timestamps as { request: number }).request;
}

/** Ids and times differ from run to run: numbered in their order, in the fixtures too. */
function numbered(records: Record<string, unknown>[]): unknown {
  const seen: string[] = [];
  const timed = records.map((record) => ({ ...record, timestamps: ranked(record.timestamps as object) }));
  const text = JSON.stringify(timed).replace(/(msg|toolu|req)_offline_[0-9a-f]+/g, (id, kind) => {
    if (!seen.includes(id)) seen.push(id);
    return `${kind}_${seen.indexOf(id) + 1}`;
  });
  return JSON.parse(text);
}

function ranked(timestamps: object): object {
  const inOrder = Object.values(timestamps).toSorted((a, b) => a - b);
  return Object.fromEntries(Object.entries(timestamps).map(([name, ms]) => [name, inOrder.indexOf(ms) + 1]));
}

async function golden(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../fixtures/reconify-${name}.json`, import.meta.url), 'utf8'));
}

it('holds a plain turn: the request as it was sent, the answer as it would have come without streaming', async () => {
  const records = await recordsOf('Hello there');

  expect(numbered(records)).toEqual(await golden('plain'));
  expect(records.map(({ request }) => request)).toEqual(world.claude.requests.map(({ body }) => body));
});

it('says who it was when it may', async () => {
  const [record] = await recordsOf('Hello there', {}, { sendUserDetails: true });

  const [plain] = (await golden('plain')) as Record<string, unknown>[];
  expect(record?.user).toEqual({
    ...(plain?.user as object),
    isAuthenticated: 1,
    firstName: 'Alice',
    lastName: 'Liddell',
    email: 'alice@example.com',
    phone: '555-555-5555',
  });
});

it('holds each step of a tool loop', async () => {
  world.claude.script(
    { text: 'Let me see.', tools: [{ name: 'lookup', input: { what: 'hats' } }] },
    { text: null, tools: [{ name: 'lookup', input: { what: 'tea', password: 'hunter2' } }] },
    { text: 'It is always tea-time.' },
  );

  const records = await recordsOf('What about the hatter?', { tools });

  expect(records).toHaveLength(3);
  expect(numbered(records)).toEqual(await golden('tool-loop'));
});

it('holds a picture without the picture', async () => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const records = await recordsOf([
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    { type: 'text', text: 'What is this?' },
  ]);

  expect(JSON.stringify(records)).not.toContain(png);
  expect(numbered(records)).toEqual(await golden('picture'));
});

it('holds a refusal', async () => {
  world.claude.script({ stopReason: 'refusal', stopDetails: { category: 'bio', explanation: 'No.' } });

  const records = await recordsOf('Tell me how');

  expect(numbered(records)).toEqual(await golden('refusal'));
});

it('holds a completion that another service handed in, whole', async () => {
  const before = world.reconify.records.length;
  const answer = await world.handIn({
    type: 'completion',
    timestamps: { request: 1_709_495_294_482, response: 1_709_495_296_398 },
    session: 'ABCDEF123456',
    sessionTimeout: 10,
    user: {
      userId: 'ABC123',
      isAuthenticated: 1,
      firstName: 'Jane',
      lastName: 'Smith',
      email: 'jane@example.com',
      phone: '555-555-5555',
      gender: 'female',
    },
    request: { model: 'claude-2', max_tokens_to_sample: 300, prompt: '\n\nHuman: Hello\n\nAssistant:' },
    response: {
      completion: ' Hi!',
      stop_reason: 'stop_sequence',
      model: 'claude-2.1',
      stop: '\n\nHuman:',
      log_id: 'l1',
    },
  });

  await world.drain();

  expect(answer.status).toBe(202);
  expect(arrived(before)).toEqual([await golden('completion')]);
});
