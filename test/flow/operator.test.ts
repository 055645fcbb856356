/** POST /operator through the exported handler: what it does, and what it does not let anybody do. */
import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, type Message } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { turnsDoor } from '../../lib/app/doors/consumer.ts';
import { transcriptOf } from '../../lib/claude/window.ts';
import { noHandoff } from '../../lib/config/handoff.ts';
import { Later, Permanent, Undeliverable } from '../../lib/errors.ts';
import { tellNobody } from '../../lib/events/outbox.ts';
import { linesOf } from '../../lib/http/transcript.ts';
import { notedOf } from '../../lib/operator/noted.ts';
import { openSqs } from '../../lib/queue.ts';
import { openTable } from '../../lib/store/items.ts';
import { openDynamo, openStore, type Store } from '../../lib/store/store.ts';
import type { Compose } from '../../lib/turn/compose.ts';
import type { TurnDeps } from '../../lib/turn/shapes.ts';
import { takeTurn } from '../../lib/turn/turn.ts';
import type { Outgoing, Platform, PlatformName, Sent } from '../../lib/types.ts';
import { invoke, type QueueHandler, receive } from '../harness/consumer.ts';
import { inEnglish } from '../harness/english.ts';
import { httpEvent } from '../harness/gateway.ts';
import { hearLines } from '../harness/hear-lines.ts';
import { makeTable, makeTurnsQueues, type Queues } from '../harness/tables.ts';

const KEY = 'a-key-of-the-support-desk-0123456789';
const OTHER_KEY = 'a-key-without-a-name-0123456789abcdef';
/** A minute has room for 60 calls of a key. */
const SHOP_KEY = 'a-key-of-the-shop-0123456789abcdefgh';
const SHOP = { authorization: `Bearer ${SHOP_KEY}` };
const URL_PATH = '/operator';

type Handler = typeof import('../../functions/operator.ts').handler;
let handler: Handler;
let reply: QueueHandler;
let store: Store;
let queues: Queues;
let table: string;
const sqs = openSqs();

beforeAll(async () => {
  queues = await makeTurnsQueues(sqs);
  table = await makeTable();
  const dead = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
  Object.assign(process.env, {
    ANTHROPIC_API_KEY: 'nobody-asks',
    OPERATOR_KEYS: `support=${KEY},${OTHER_KEY},shop=${SHOP_KEY}`,
    TABLE_NAME: table,
    TURNS_QUEUE_URL: queues.turns,
    TURNS_DEAD_LETTERS_URL: queues.deadLetters,
    EVENTS_DEAD_LETTERS_URL: await dead(`events-dead-${table}`),
    RECORDS_DEAD_LETTERS_URL: await dead(`records-dead-${table}`),
  });
  store = openStore(openDynamo(), table, Date.now);
  ({ handler } = await import('../../functions/operator.ts'));
  reply = (await import('../../functions/reply.ts')).handler;
});
afterAll(() => sqs.destroy());

async function call(body: unknown, headers: Record<string, string> = { authorization: `Bearer ${KEY}` }) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await handler(httpEvent('POST', URL_PATH, headers, Buffer.from(text)));
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') };
}

/** A worker's, but for Claude. */
function turnDeps(deliver: Platform['deliver']): Omit<TurnDeps, 'compose'> {
  return {
    store,
    platform: () => ({ deliver }),
    speech: inEnglish,
    maxInputChars: 0,
    now: Date.now,
    newId: randomUUID,
    tell: tellNobody,
    handoff: noHandoff,
    log: () => {},
  };
}

/** A message, answered or failed. */
async function turn(
  conversation: string,
  messageId: string,
  isAnswered = true,
  platform: PlatformName = 'talkjs',
  { user = 'alice', text = `My secret is ${messageId}.`, bot }: { user?: string; text?: string; bot?: string } = {},
) {
  const sent: Sent = {
    event: 'sent',
    platform,
    conversation,
    messageId,
    createdAt: Date.now(),
    speaker: { id: user },
    text,
    attachments: [],
    ...(bot ? { bot } : {}),
  };
  const compose: Compose = async () => {
    if (!isAnswered) throw new Permanent('bad key');
    return { reply: { kind: 'answer', text: 'Paris.', stop: 'end_turn' } };
  };
  const deps = { ...turnDeps(async () => [`sent-${messageId}`]), compose };
  await takeTurn(deps, { burst: [sent], generation: 0, attempts: 1, remainingMs: () => 60_000 });
  return sent;
}

const talkjs = (conversation: string) => ({ platform: 'talkjs', conversation }) as const;

describe('the verbs', () => {
  it('show what became of each message, and what was said only when asked', async () => {
    await turn('shown', 's1');
    await turn('shown', 's2', false);

    const silent = await call({ do: 'show', ...talkjs('shown') });
    const open = await call({ do: 'show', ...talkjs('shown'), text: true });
    const one = await call({ do: 'show', ...talkjs('shown'), message: 's2' });

    expect(silent.status).toBe(200);
    expect(silent.body).toMatchObject({
      owner: 'bot',
      turns: [{ state: 'DELIVERED' }, { state: 'FAILED', reason: 'bad key' }],
    });
    expect(JSON.stringify(silent.body)).not.toMatch(/secret|Paris/);
    expect(open.body.turns).toMatchObject([{ said: ['My secret is s1.'], answer: 'Paris.' }, {}]);
    expect(one.body.turns).toMatchObject([{ message: 's2', state: 'FAILED' }]);
  });

  it('pause, resume, redrive and forget, and say why they do not', async () => {
    await turn('looked-after', 'l1', false);

    const paused = await call({ do: 'pause', ...talkjs('looked-after') });
    const silent = await call({ do: 'redrive', ...talkjs('looked-after') });
    const resumed = await call({ do: 'resume', ...talkjs('looked-after') });
    const driven = await call({ do: 'redrive', ...talkjs('looked-after'), message: 'l1' });
    const [message] = await receive(sqs, queues.turns, 1);
    const unknown = await call({ do: 'redrive', ...talkjs('looked-after'), message: 'l2' });
    const forgotten = await call({ do: 'forget', ...talkjs('looked-after') });
    const gone = await call({ do: 'show', ...talkjs('looked-after') });

    expect([paused.body.owner, resumed.body.owner]).toEqual(['paused', 'bot']);
    expect(silent).toEqual({
      status: 409,
      body: { error: "looked-after is not the bot's (paused): `resume` it first." },
    });
    expect(driven).toMatchObject({ status: 200, body: { messages: ['l1'] } });
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ generation: 1, inbound: { messageId: 'l1' } });
    expect(unknown).toEqual({ status: 404, body: { error: 'No message l2 is known in looked-after.' } });
    expect(forgotten).toMatchObject({ status: 200, body: { turns: 1, done: true } });
    expect(gone).toEqual({
      status: 404,
      body: { error: expect.stringMatching(/^No conversation looked-after is known on talkjs\./) },
    });
  });
});

it('redrives a message for the bot that it was for', async () => {
  await turn('two-bots', 't1', false, 'talkjs', { bot: 'sales' });
  await turn('two-bots', 't2', false);

  await call({ do: 'redrive', ...talkjs('two-bots') }, SHOP);

  const driven: Sent[] = [];
  while (driven.length < 2) {
    const messages = await receive(sqs, queues.turns, 1);
    // Away with them: the next of a conversation is only given out then.
    await invoke(sqs, queues.turns, async () => ({ batchItemFailures: [] }), messages);
    const letters: Sent[] = messages.map(({ Body = '' }) => JSON.parse(Body).inbound);
    driven.push(...letters.filter(({ conversation }) => conversation === 'two-bots'));
  }
  expect(driven.map(({ messageId, bot }) => [messageId, bot])).toEqual([
    ['t1', 'sales'],
    ['t2', undefined],
  ]);
});

it('rates an answer in the place of its user, and says when there is none', async () => {
  await turn('rated', 'r1');

  const rated = await call({ do: 'rate', ...talkjs('rated'), message: 'r1', value: 'negative', comment: 'Wrong.' });
  const shown = await call({ do: 'show', ...talkjs('rated') });
  const unknown = await call({ do: 'rate', ...talkjs('rated'), message: 'r2', value: 'positive' });
  const malformed = await call({ do: 'rate', ...talkjs('rated'), message: 'r1', value: 'bad' });

  expect(rated).toMatchObject({ status: 200, body: { message: 'r1', value: 'negative', comment: 'Wrong.' } });
  expect(shown.body.turns).toMatchObject([{ message: 'r1', rated: 'negative' }]);
  expect(unknown).toEqual({ status: 404, body: { error: 'No answer to r2 is known in rated.' } });
  expect(malformed).toMatchObject({ status: 400, body: { error: expect.stringContaining('positive or negative') } });
});

describe('say', () => {
  /** Other tests have left theirs in the queue. */
  async function work(worker: QueueHandler): Promise<void> {
    for (;;) {
      const messages = (await receive(sqs, queues.turns, 1)).filter(({ Body }) => Body?.includes('"event":"say"'));
      if (messages.length === 0) continue;
      expect(await invoke(sqs, queues.turns, worker, messages)).toEqual({ failed: [] });
      return;
    }
  }

  function workerOf(deliver: Platform['deliver'], told: string[], now = Date.now): QueueHandler {
    return turnsDoor(async () => ({
      ...turnDeps(deliver),
      store,
      now,
      tell: async ({ type, text }) => void told.push(`${type}: ${text}`),
      compose: async () => {
        throw new Permanent('nobody asks Claude');
      },
      askForSummary: undefined,
      hold: async () => {},
    }));
  }

  it('has the bot say something once for each key, of which Claude and the transcript of /chat know', async () => {
    const place = { platform: 'http', conversation: 'a-caller:a-session' } as const;
    await turn(place.conversation, 'w1', true, 'http');
    const say = (text: string, key: string) => call({ do: 'say', ...place, text, key }, SHOP);

    const first = await say('Your parcel is on its way.', 'parcel-7');
    const again = await say('Your parcel is on its way.', 'parcel-7');
    await work(reply);
    const reused = await say('Something else.', 'parcel-7');
    const another = await say('It is at your door.', 'parcel-8');
    await work(reply);

    const { turns } = await store.recent(place);
    const message = first.body.message;
    expect([first, again, reused]).toEqual([
      { status: 200, body: { ...place, message, to: 'alice', isNew: true } },
      { status: 200, body: { ...place, message, to: 'alice', isNew: false } },
      { status: 200, body: { ...place, message, to: 'alice', isNew: false } },
    ]);
    expect(another.body.isNew).toBe(true);
    expect(transcriptOf(turns).map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'user: My secret is w1.',
      'assistant: Paris.',
      'user: [nobody has written: what follows you said by yourself]',
      'assistant: Your parcel is on its way.',
      'user: [nobody has written: what follows you said by yourself]',
      'assistant: It is at your door.',
    ]);
    expect(linesOf(turns).slice(2)).toMatchObject([
      { role: 'assistant', text: 'Your parcel is on its way.', turn: message, stop: 'unasked' },
      { role: 'assistant', text: 'It is at your door.', stop: 'unasked' },
    ]);
  });

  it('is also heard where the bot is silent, and apologises to nobody where it cannot be said, until it is redriven', async () => {
    await turn('unreachable', 'u1');
    let isGone = true;
    const out: Pick<Outgoing, 'text' | 'to' | 'messageId'>[] = [];
    const told: string[] = [];
    const deliver: Platform['deliver'] = async ({ text, to, messageId }) => {
      if (isGone) throw new Undeliverable('the conversation is gone');
      out.push({ text, ...(to ? { to } : {}), ...(messageId ? { messageId } : {}) });
      return ['out-1'];
    };
    const worker = workerOf(deliver, told);
    await call({ do: 'pause', ...talkjs('unreachable') }, SHOP);

    const said = await call({ do: 'say', ...talkjs('unreachable'), text: 'Hello again.', key: 'k' }, SHOP);
    await work(worker);
    const failed = await call({ do: 'show', ...talkjs('unreachable'), text: true }, SHOP);
    isGone = false;
    await call({ do: 'resume', ...talkjs('unreachable') }, SHOP);
    const driven = await call({ do: 'redrive', ...talkjs('unreachable') }, SHOP);
    await work(worker);
    const shown = await call({ do: 'show', ...talkjs('unreachable') }, SHOP);

    const { message } = said.body;
    expect(failed.body.turns.at(-1)).toMatchObject({
      message,
      state: 'FAILED',
      stop: 'unasked',
      answer: 'Hello again.',
    });
    expect(told).toEqual([
      expect.stringMatching(/^answer\.failed: What the bot was to say on talkjs in unreachable could not be sent\./),
    ]);
    expect(driven.body.messages).toEqual([message]);
    expect(out).toEqual([{ text: 'Hello again.', to: 'alice' }]);
    expect(shown.body.turns.at(-1)).toMatchObject({ message, state: 'DELIVERED', generation: 1, replies: ['out-1'] });
  });

  it('is lost to nobody while the platform is away: listed, then among the dead, then out once, or given up and told', async () => {
    const out: string[] = [];
    const told: string[] = [];
    let isAway = true;
    let now = Date.now;
    const deliver: Platform['deliver'] = async ({ text }) => {
      if (isAway) throw new Later('talkjs: 503');
      out.push(text);
      return ['out-2'];
    };
    const worker = workerOf(deliver, told, () => now());
    const deliveries = async (conversation: string, counts: readonly number[]) => {
      await turn(conversation, `of-${conversation}`);
      await call({ do: 'say', ...talkjs(conversation), text: `For ${conversation}.`, key: 'k' }, SHOP);
      const isOwn = ({ Body = '' }) => Body.includes('"event":"say"') && Body.includes(conversation);
      let message: Message | undefined;
      while (!message) message = (await receive(sqs, queues.turns, 1)).find(isOwn);
      for (const ApproximateReceiveCount of counts.map(String)) {
        const Attributes = { ...message.Attributes, ApproximateReceiveCount };
        await invoke(sqs, queues.turns, worker, [{ ...message, Attributes }]);
      }
      return message;
    };
    const stateIn = async (conversation: string) =>
      (await call({ do: 'show', ...talkjs(conversation) }, SHOP)).body.turns.at(-1).state;
    const one = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

    const late = await deliveries('told-late', one);
    const waiting = await notedOf(openTable(openDynamo(), table), 'WAITING', { days: 2, now: Date.now() });
    const before = [await stateIn('told-late'), out.length, told.length];
    isAway = false;
    await invoke(sqs, queues.turns, worker, [late]);
    await invoke(sqs, queues.turns, worker, [late]);
    isAway = true;
    now = () => Date.now() + 4 * 24 * 3_600_000;
    await deliveries('given-up', one);

    expect(waiting).toMatchObject([{ conversation: 'told-late', attempts: 10, reason: 'talkjs: 503' }]);
    expect(before).toEqual(['ANSWERED', 0, 0]);
    expect([await stateIn('told-late'), out]).toEqual(['DELIVERED', ['For told-late.']]);
    expect(await stateIn('given-up')).toBe('FAILED');
    expect(told).toEqual([
      expect.stringMatching(/^answer\.failed: What the bot was to say on talkjs in given-up could/),
    ]);
  });

  it('says what it needs', async () => {
    await store.handOver(talkjs('nobody-there'), 'paused');
    await turn('wrongly-told', 'y1');
    const say = (more: object) =>
      call({ do: 'say', ...talkjs('wrongly-told'), text: 'Hello.', key: 'k', ...more }, SHOP);

    const answers = [
      await say({ conversation: 'never-heard-of' }),
      await say({ conversation: 'nobody-there' }),
      await say({ text: ' \u200b ' }),
      await say({ text: '' }),
      await say({ key: '' }),
      await say({ key: 'x'.repeat(256) }),
      await say({ key: undefined }),
      await say({ key: '\ud800' }),
    ];

    expect(answers.map(({ status, body }) => `${status} ${body.error}`)).toEqual([
      expect.stringMatching(/^404 No conversation never-heard-of is known on talkjs\./),
      '409 Nobody has written in nobody-there: there is nobody to say it to.',
      '400 A text that is empty is not said.',
      '400 A text that is empty is not said.',
      ...Array(4).fill(expect.stringMatching(/^400 say takes platform, conversation, text, key /)),
    ]);
  });
});

describe('forget by user', () => {
  it('removes what they said everywhere, and says what is beyond our reach', async () => {
    await turn('told-by-alice', 'a1');

    const forgotten = await call({ do: 'forget', platform: 'talkjs', user: 'alice' });
    const again = await call({ do: 'forget', platform: 'talkjs', user: 'alice' });
    const wrong = await call({ do: 'forget', platform: 'talkjs', user: 'alice', next: 'soon' });
    const both = await call({ do: 'forget', ...talkjs('told-by-alice'), user: 'alice' });
    const shown = await call({ do: 'show', ...talkjs('told-by-alice') });

    expect(forgotten).toMatchObject({ status: 200, body: { user: 'alice', done: true, shared: 0 } });
    expect(forgotten.body.turns).toBeGreaterThan(0);
    expect(forgotten.body.beyond).toContain('backups of the table (35 days)');
    expect(again.body).toMatchObject({ turns: 0, conversations: 0, done: true });
    expect([wrong.status, both.status, shown.status]).toEqual([400, 400, 404]);
  });
});

describe('export', () => {
  const lines = (body: string): Record<string, unknown>[] =>
    body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const exported = async (of: object) => {
    const text = JSON.stringify({ do: 'export', ...of });
    const answer = await handler(httpEvent('POST', URL_PATH, { authorization: `Bearer ${KEY}` }, Buffer.from(text)));
    return { status: answer.statusCode, type: answer.headers?.['content-type'], lines: lines(answer.body ?? '') };
  };

  it('hands out a conversation as JSON lines, the last of which says whether it is all', async () => {
    await turn('handed-out', 'h1');
    await turn('handed-out', 'h2', false);

    const { status, type, lines } = await exported(talkjs('handed-out'));

    expect([status, type]).toEqual([200, 'application/x-ndjson']);
    expect(lines.map(({ kind }) => kind)).toEqual(['conversation', 'turn', 'turn', undefined]);
    expect(lines[1]).toMatchObject({
      message: 'h1',
      said: [{ text: 'My secret is h1.', speaker: { id: 'alice' } }],
      answer: { text: 'Paris.' },
      answers: ['sent-h1'],
    });
    expect(lines.at(-1)).toEqual({ ...talkjs('handed-out'), done: true });
  });

  it('hands out what a user said everywhere, and nothing of others, in as many calls as it takes', async () => {
    const big = 'x'.repeat(90_000);
    for (let i = 0; i < 40; i++)
      await turn(`of-carol-${i % 2}`, `c${i}`, true, 'botpress', { user: 'carol', text: big });
    await turn('of-carol-0', 'd1', true, 'botpress', { user: 'dave', text: 'A word of dave.' });

    const first = await exported({ platform: 'botpress', user: 'carol' });
    const rest = await exported({ platform: 'botpress', user: 'carol', next: first.lines.at(-1)?.next });
    const beyond = Buffer.from(JSON.stringify(['of-carol-0', 'T#~~'])).toString('base64url');
    const wrong = await call({ do: 'export', platform: 'botpress', user: 'carol', next: 'bm90aGluZw' });
    const outside = await call({ do: 'export', platform: 'botpress', user: 'carol', next: beyond });

    const turns = [...first.lines, ...rest.lines].filter(({ kind }) => kind === 'turn');
    expect(first.lines[0]).toMatchObject({ kind: 'user', user: 'carol' });
    expect([first.lines.at(-1)?.done, rest.lines.at(-1)?.done]).toEqual([false, true]);
    expect(turns.map(({ message }) => message).sort()).toEqual(Array.from({ length: 40 }, (_, i) => `c${i}`).sort());
    expect(JSON.stringify([first, rest])).not.toContain('dave');
    for (const answer of [wrong, outside])
      expect(answer).toEqual({ status: 400, body: { error: 'next is what an earlier answer said' } });
  });
});

describe('block', () => {
  it('silences the bot towards a user: one sentence, then nothing, until they are unblocked', async () => {
    const said = async (messageId: string) => {
      const ref = await turn('blocked-room', messageId, true, 'talkjs', { user: 'mallory' });
      const { state, reply } = (await store.find(ref)) ?? {};
      return [state, reply?.stop];
    };
    const whom = { platform: 'talkjs', user: 'mallory' };
    await said('before');

    const blocked = await call({ do: 'block', ...whom });
    const ends = [await said('b1'), await said('b2')];
    const shown = await call({ do: 'show', ...talkjs('blocked-room') });
    const again = await call({ do: 'block', ...whom });
    const unblocked = await call({ do: 'unblock', ...whom });
    const after = await said('b3');

    expect([blocked.body, again.body.before, unblocked.body]).toEqual([
      { ...whom, blocked: true, before: false },
      true,
      { ...whom, blocked: false, before: true },
    ]);
    expect(ends).toEqual([
      ['DELIVERED', 'blocked'],
      ['SKIPPED', undefined],
    ]);
    expect(shown.body.blocked).toEqual(['mallory']);
    expect(after).toEqual(['DELIVERED', 'end_turn']);
  });
});

it('blocks a user of /chat who has said nothing yet, and pauses such a session, by the whole name only', async () => {
  const paused = (conversation: string) => call({ do: 'pause', platform: 'http', conversation }, SHOP);
  const blocked = (user: string) => call({ do: 'block', platform: 'http', user }, SHOP);

  const bare = await blocked('never-spoken');
  const whole = await blocked('open:never-spoken');

  const error = 'Nothing of never-spoken is known on http: use the whole name, open:never-spoken.';
  expect([await paused('never-spoken'), (await paused('open:never-spoken')).body.owner]).toEqual([
    { status: 409, body: { error } },
    'paused',
  ]);
  expect([bare, whole.body]).toEqual([
    { status: 409, body: { error } },
    { platform: 'http', user: 'open:never-spoken', blocked: true, before: false },
  ]);
});

describe('the log', () => {
  it('has a line for each call with the name of the key and what was done, and never a word', async () => {
    await turn('in-the-log', 'i1');

    const lines: string[] = [];
    hearLines((line) => lines.push(line));
    await call({ do: 'show', ...talkjs('in-the-log'), text: true });
    await call({ do: 'pause', ...talkjs('in-the-log') }, { authorization: `Bearer ${OTHER_KEY}` });
    await call({ do: 'show' }, { authorization: 'Bearer somebody-else' });
    vi.restoreAllMocks();

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'operator-called', by: 'support', do: 'show', status: 200 },
      { event: 'operator-called', by: expect.stringMatching(/^[0-9a-f]{8}$/), do: 'pause', status: 200 },
      { event: 'operator-refused', status: 401 },
    ]);
    expect(lines.join()).not.toMatch(/in-the-log|secret|Paris|0123456789/);
  });
});

describe('an attack', () => {
  const show = { do: 'show', ...talkjs('attacked') };
  const attacks: [string, unknown, Record<string, string>, number, RegExp][] = [
    ['without a key', show, {}, 401, /^no valid key in authorization/],
    ['with a wrong key', show, { authorization: `Bearer ${KEY}x` }, 401, /^no valid key in authorization/],
    [
      'with the beginning of a key',
      show,
      { authorization: `Bearer ${KEY.slice(0, -1)}` },
      401,
      /^no valid key in authorization/,
    ],
    [
      'with the name in front of the key',
      show,
      { authorization: `Bearer support=${KEY}` },
      401,
      /^no valid key in authorization/,
    ],
    [
      'with all keys at once',
      show,
      { authorization: `Bearer support=${KEY},${OTHER_KEY}` },
      401,
      /^no valid key in authorization/,
    ],
    ['with another scheme', show, { authorization: `Basic ${KEY}` }, 401, /^no valid key in authorization/],
    ['with the key in the body', { ...show, key: KEY }, {}, 401, /^no valid key in authorization/],
  ];
  const mistakes: [string, unknown, number, RegExp][] = [
    ['that is no JSON', '{', 400, /not JSON/],
    [
      'that is a list',
      [show],
      400,
      /^do must be one of show, pause, resume, redrive, say, block, unblock, export, forget/,
    ],
    ['that is nothing', 'null', 400, /^do must be one of/],
    ['of an unknown verb', { ...show, do: 'drop' }, 400, /^do must be one of/],
    ['of what every object has', { ...show, do: 'constructor' }, 400, /^do must be one of/],
    ['of a command that only the command line has', { do: 'list' }, 400, /^do must be one of/],
    ['without a platform', { do: 'show', conversation: 'attacked' }, 400, /platform is one of .*talkjs/],
    ['of a platform that there is not', { ...show, platform: 'icq' }, 400, /platform is one of/],
    ['with another field', { ...show, days: 400 }, 400, /^show takes platform, conversation, message\?/],
    ['with an empty name', { ...show, conversation: '' }, 400, /^show takes/],
    ['with a name of 10 KB', { ...show, conversation: 'x'.repeat(10_000) }, 400, /^show takes/],
    ['with a list for a name', { ...show, conversation: ['attacked'] }, 400, /^show takes/],
    ['of 40 KB', { ...show, conversation: 'x'.repeat(40_000) }, 413, /^body over 32 KB$/],
    ['that is nested deeply', `${'['.repeat(5_000)}`, 400, /^the body is nested more than 32 times$/],
    ['for a conversation of another platform', { ...show, platform: 'botpress' }, 404, /^No conversation attacked/],
    ['for a key of the table', { ...show, conversation: 'C#talkjs#attacked' }, 404, /^No conversation/],
    ['with a broken character', { ...show, conversation: '\ud800' }, 400, /^show takes/],
  ];

  it.each(attacks)('%s gets nothing', async (_, body, headers, status, error) => {
    await turn('attacked', 'attacked-1');

    const answer = await call(body, headers);

    expect(answer).toEqual({ status, body: { error: expect.stringMatching(error) } });
  });

  it.each(mistakes)('%s is told what is allowed', async (_, body, status, error) => {
    const answer = await call(body);

    expect(answer).toEqual({ status, body: { error: expect.stringMatching(error) } });
    expect(await store.ownerOf(talkjs('attacked'))).toBe('bot');
  });

  it('of more than 60 calls in a minute waits for the next one, and the other key does not', async () => {
    // Two minutes may have a part in it.
    const calls = await Promise.all(Array.from({ length: 130 }, () => call({ do: 'nothing' })));
    const other = await call({ do: 'nothing' }, { authorization: `Bearer ${OTHER_KEY}` });

    const refused = calls.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(refused[0]?.body).toEqual({ error: 'more than 60 calls in this minute: try again in the next one' });
    expect(other.status).toBe(400);
  });

  it('by another method is told so', async () => {
    const answer = await handler(httpEvent('GET', URL_PATH, { authorization: `Bearer ${KEY}` }, Buffer.alloc(0)));

    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
  });
});
