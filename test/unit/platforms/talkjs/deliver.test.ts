import { jwtVerify } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Later, Permanent, Undeliverable } from '../../../../lib/errors.ts';
import { signAppToken, talkjsApi } from '../../../../lib/platforms/talkjs/api.ts';
import { talkjsPlatform } from '../../../../lib/platforms/talkjs/deliver.ts';
import type { TalkjsSettings } from '../../../../lib/platforms/talkjs/settings.ts';
import { serve } from '../../../../local/stand-ins/serve.ts';
import { createTalkjs, type TalkjsOptions } from '../../../../local/stand-ins/talkjs.ts';
import { english } from '../../../harness/english.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function open({
  typing = 'off',
  timeoutMs,
  ...options
}: Partial<TalkjsOptions> & { typing?: TalkjsSettings['typing']; timeoutMs?: number } = {}) {
  const talkjs = createTalkjs({
    appId: 'tAppId01',
    secretKey: 'sk_test',
    botId: 'claude',
    rateLimit: 'off',
    ...options,
  });
  const server = await serve({ talkjs: talkjs.handle });
  closing.push(server.close);
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const settings = { appId: 'tAppId01', secretKey: 'sk_test', botId: 'claude', apiUrl: `${server.url}/talkjs`, typing };
  /** Each call is a process of its own: nothing is shared but TalkJS. */
  const platform = (changed: Partial<TalkjsSettings> = {}) => {
    const deps = { fetch, now: Date.now, sleep, ...(timeoutMs ? { timeoutMs } : {}) };
    return talkjsPlatform({ ...settings, ...changed }, deps);
  };
  talkjs.say({ conversationId: 'room/1 ü', userId: 'ada', text: 'Hello?' });
  const deliver = (text: string, replyKey = 'reply:m1', changed: Partial<TalkjsSettings> = {}) =>
    platform(changed).deliver({ conversation: 'room/1 ü', text, whenEmpty: english.empty, replyKey }, signal);
  const type = (replyKey = 'reply:m1') => platform().typing?.({ conversation: 'room/1 ü', replyKey }, signal);
  const answers = () => talkjs.transcript('room/1 ü').slice(1);
  return { talkjs, platform, deliver, type, answers, pauses, settings };
}

const signal = new AbortController().signal;
const long = Array.from({ length: 60 }, (_, index) => `Paragraph ${index}: ${'word '.repeat(30)}`).join('\n\n');

function paragraphs(lines: readonly { text: string | null }[]): number[] {
  return lines.flatMap(({ text }) => [...(text ?? '').matchAll(/Paragraph (\d+)/g)].map(([, at]) => Number(at)));
}

describe('an answer for TalkJS', () => {
  it('is posted once as the bot, in TalkJS markup, however often it is delivered', async () => {
    const { deliver, answers } = await open();

    const ids = [await deliver('**Hello** Ada'), await deliver('**Hello** Ada')];

    expect(answers()).toMatchObject([{ sender: 'claude', text: '*Hello* Ada' }]);
    expect(ids).toEqual([[answers()[0]?.id], [answers()[0]?.id]]);
  });

  it('is posted once when two workers deliver it at the same time', async () => {
    const { deliver, answers } = await open({ typing: 'placeholder' });

    await Promise.all([deliver('Hello'), deliver('Hello')]);

    expect(answers()).toHaveLength(1);
  });

  it('keeps the order of its parts', async () => {
    const { deliver, answers } = await open();

    const ids = await deliver(long);

    expect(answers().length).toBeGreaterThan(1);
    expect(ids).toEqual(answers().map(({ id }) => id));
    expect(answers().map(({ custom }) => custom?.replyKey)).toEqual(['reply:m1', 'reply:m1:2', 'reply:m1:3']);
    const numbers = paragraphs(answers());
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });

  it('goes out in calls of ten messages at most', async () => {
    const { deliver, answers, talkjs } = await open();

    await deliver(`${'x'.repeat(3_990)}\n\n`.repeat(12));

    expect(answers()).toHaveLength(12);
    expect(talkjs.requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  it.each(['off', 'placeholder'] as const)(
    'is split smaller when TalkJS finds it too long (typing %s)',
    async (typing) => {
      const { deliver, type, answers } = await open({ typing, maxTextChars: 1_500 });
      await type();

      const ids = await deliver(long);
      const again = await deliver(long);

      const numbers = paragraphs(answers());
      expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => index));
      expect(ids).toEqual(answers().map(({ id }) => id));
      expect(again).toEqual(ids);
    },
  );

  it('says so when there is nothing to say', async () => {
    const { deliver, answers } = await open();

    await deliver('\n \n');

    expect(answers()).toMatchObject([{ text: english.empty }]);
  });

  it('is found again when TalkJS names no ids', async () => {
    const { deliver, answers, talkjs } = await open();
    talkjs.fail({ kind: 'no-ids' });

    const ids = await deliver('Hello');

    expect(ids).toEqual([answers()[0]?.id]);
  });

  it('counts as delivered when TalkJS calls it a repetition', async () => {
    const { deliver, answers, talkjs } = await open();
    const ids = await deliver('Hello');
    talkjs.fail({ kind: 'down', status: 409, errorCode: 'CONFLICT', method: 'POST' });

    const again = await deliver('Hello');

    expect(again).toEqual(ids);
    expect(answers()).toHaveLength(1);
  });

  it.each([
    ['is down', { kind: 'down' }],
    ['cuts the connection after taking it', { kind: 'cut-after' }],
    ['asks for a second of patience', { kind: 'busy', retryAfterSeconds: 1 }],
    ['is busy without naming a time', { kind: 'busy' }],
  ] as const)('arrives once in one go when TalkJS %s for a moment', async (_, fault) => {
    const { deliver, answers, talkjs, pauses } = await open();
    talkjs.fail(fault);

    await deliver('Hello');

    expect(answers()).toHaveLength(1);
    expect(pauses).toHaveLength(1);
  });

  it('arrives once when TalkJS takes it and never says so', async () => {
    const { deliver, answers, talkjs } = await open({ timeoutMs: 1_000 });
    talkjs.fail({ kind: 'hang-after' });

    await deliver('Hello');

    expect(answers()).toHaveLength(1);
  });

  it.each([
    ['is down', { kind: 'down', times: 2 }, undefined],
    ['cuts every connection', { kind: 'cut-after', times: 2 }, undefined],
    ['wants a minute', { kind: 'busy', retryAfterSeconds: 60 }, 60_000],
    ['does not know the key', { kind: 'down', status: 401 }, undefined],
    ['wants to be paid', { kind: 'down', status: 402 }, undefined],
    ['forbids it', { kind: 'down', status: 403 }, undefined],
    ['says no without being asked', { kind: 'down', status: 418 }, undefined],
  ] as const)('waits for later when TalkJS %s, and then arrives once', async (_, fault, afterMs) => {
    const { deliver, answers, talkjs } = await open();
    talkjs.fail(fault);

    const error = await deliver('Hello').catch((reason: unknown) => reason);
    talkjs.mend();
    await deliver('Hello');

    expect(error).toBeInstanceOf(Later);
    expect(error).toMatchObject({ afterMs });
    expect(answers()).toHaveLength(1);
  });

  it.each([400, 413, 422])(
    'ends in an apology when TalkJS refuses with %i what cannot be made smaller',
    async (status) => {
      const { deliver, answers, talkjs } = await open();
      talkjs.fail({ kind: 'down', status, method: 'POST', times: 9 });

      await expect(deliver('Hello')).rejects.toBeInstanceOf(Permanent);

      expect(answers()).toHaveLength(0);
    },
  );

  it('waits for later when only the list of what is there is refused, since the answer may be out', async () => {
    const { deliver, talkjs } = await open();
    talkjs.fail({ kind: 'down', status: 400, times: 9 });

    await expect(deliver('Hello')).rejects.toBeInstanceOf(Later);
  });

  it('waits for later when nobody listens', async () => {
    const { deliver } = await open();

    const sending = deliver('Hello', 'reply:m1', { apiUrl: 'http://127.0.0.1:1' });

    await expect(sending).rejects.toBeInstanceOf(Later);
  });

  it('waits for later with a wrong key, and names no text and no token', async () => {
    const { deliver } = await open();

    const error = await deliver('a secret word', 'reply:m1', { secretKey: 'sk_wrong' }).catch(
      (reason: unknown) => reason,
    );

    expect(error).toBeInstanceOf(Later);
    expect(String(error)).toBe('Later: talkjs: 401 UNAUTHORIZED');
  });

  it('ends at once with the signal of its caller', async () => {
    const { platform, talkjs } = await open();
    talkjs.fail({ kind: 'hang', times: 2 });
    const stop = new AbortController();

    const sending = platform().deliver(
      { conversation: 'room/1 ü', text: 'Hello', whenEmpty: '', replyKey: 'k' },
      stop.signal,
    );
    stop.abort();

    await expect(sending).rejects.toBeInstanceOf(Later);
  });

  it.each(['off', 'placeholder'] as const)(
    'has nowhere to go in a conversation that is gone (typing %s)',
    async (typing) => {
      const { platform } = await open({ typing });

      const sending = platform().deliver({ conversation: 'gone', text: 'Hello', whenEmpty: '', replyKey: 'k' }, signal);

      await expect(sending).rejects.toBeInstanceOf(Undeliverable);
    },
  );

  it.each(['off', 'placeholder'] as const)(
    'has nowhere to go where the bot is no participant (typing %s)',
    async (typing) => {
      const { deliver, platform, talkjs, settings } = await open({ typing });
      talkjs.say({ conversationId: 'room/1 ü', userId: 'ada', text: 'Bye.' });
      const token = await signAppToken(settings, Date.now());
      const url = `${settings.apiUrl}/v1/tAppId01/conversations/room%2F1%20%C3%BC/participants/claude`;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      await fetch(url, { method: 'DELETE', headers });

      const sending = deliver('Hello');

      await expect(sending).rejects.toBeInstanceOf(Undeliverable);
      expect(platform()).toBeDefined();
    },
  );

  it.each(['..', '.', '', '\ud800'])('has nowhere to go in the impossible conversation %j', async (conversation) => {
    const { platform } = await open();

    const sending = platform().deliver({ conversation, text: 'Hello', whenEmpty: '', replyKey: 'k' }, signal);

    await expect(sending).rejects.toBeInstanceOf(Undeliverable);
  });
});

describe('the typing placeholder', () => {
  it('is not offered when it is off', async () => {
    const { platform } = await open();

    const { typing } = platform();

    expect(typing).toBeUndefined();
  });

  it('becomes the answer, also from another process', async () => {
    const { deliver, type, answers } = await open({ typing: 'placeholder' });

    await type();
    const before = answers();
    const ids = await deliver('Hello');

    expect(before).toMatchObject([{ sender: 'claude', text: '_…_', custom: { isTyping: 'true' } }]);
    expect(answers()).toEqual([
      expect.objectContaining({ id: before[0]?.id, text: 'Hello', custom: { replyKey: 'reply:m1' } }),
    ]);
    expect(ids).toEqual([before[0]?.id]);
  });

  it('becomes the first part of a long answer', async () => {
    const { deliver, type, answers } = await open({ typing: 'placeholder' });
    await type();

    const ids = await deliver(long);

    expect(ids).toEqual(answers().map(({ id }) => id));
    expect(answers()[0]?.text).toContain('Paragraph 0:');
    expect(answers().some(({ custom }) => custom?.isTyping)).toBe(false);
  });

  it('leaves one answer when it is delivered twice, typed twice or typed afterwards', async () => {
    const { deliver, type, answers } = await open({ typing: 'placeholder' });

    await type();
    await type();
    await deliver('Hello');
    await type();
    await deliver('Hello');

    expect(answers()).toMatchObject([{ text: 'Hello' }]);
  });

  it('that never arrived is not needed', async () => {
    const { deliver, type, answers, talkjs } = await open({ typing: 'placeholder' });
    talkjs.fail({ kind: 'down', times: 2 });

    await type();
    await deliver('Hello');
    await deliver('Hello');

    expect(answers()).toMatchObject([{ text: 'Hello' }]);
  });

  it('that arrives after the answer never shows', async () => {
    const { deliver, type, answers } = await open({ typing: 'placeholder' });

    await deliver('Hello');
    await type();

    expect(answers()).toMatchObject([{ text: 'Hello' }]);
  });

  it('that arrives while the answer is looking for it is replaced all the same', async () => {
    const { answers, settings } = await open({ typing: 'placeholder' });
    let type = async () => {};
    const lateFetch: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method === 'GET') await type();
      type = async () => {};
      return response;
    };
    const worker = talkjsPlatform(settings, { fetch: lateFetch, now: Date.now });
    type = async () =>
      talkjsPlatform(settings, { fetch, now: Date.now }).typing?.(
        { conversation: 'room/1 ü', replyKey: 'reply:m1' },
        signal,
      );

    await worker.deliver({ conversation: 'room/1 ü', text: 'Hello', whenEmpty: '', replyKey: 'reply:m1' }, signal);

    expect(answers()).toMatchObject([{ text: 'Hello', custom: { replyKey: 'reply:m1' } }]);
  });

  it('that somebody removed is no obstacle', async () => {
    const { deliver, type, answers, talkjs } = await open({ typing: 'placeholder' });
    await type();
    talkjs.remove('room/1 ü', answers()[0]?.id ?? '');

    await deliver('Hello');
    await deliver('Hello');

    expect(answers()).toMatchObject([{ text: 'Hello' }]);
  });

  it('is replaced after the delivery failed half-way', async () => {
    const { deliver, type, answers, talkjs } = await open({ typing: 'placeholder' });
    await type();
    talkjs.fail({ kind: 'down', times: 2, method: 'PUT' });

    const error = await deliver('Hello').catch((reason: unknown) => reason);
    await deliver('Hello');

    expect(error).toBeInstanceOf(Later);
    expect(answers()).toMatchObject([{ text: 'Hello' }]);
  });

  it('is completed after a crash between its parts', async () => {
    const { deliver, type, answers, talkjs } = await open({ typing: 'placeholder', maxTextChars: 1_500 });
    await type();
    talkjs.fail({ kind: 'down', times: 2, method: 'POST' });

    await expect(deliver(long)).rejects.toBeInstanceOf(Later);
    await deliver(long);

    const numbers = paragraphs(answers());
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });

  it('cannot be faked by a user', async () => {
    const { deliver, answers, talkjs } = await open({ typing: 'placeholder' });
    talkjs.say({ conversationId: 'room/1 ü', userId: 'eve', text: 'hi', custom: { replyKey: 'reply:m1' } });

    await deliver('Hello');

    expect(answers()).toMatchObject([{ text: 'hi' }, { sender: 'claude', text: 'Hello' }]);
  });

  it('is taken by an apology, which goes out under a key of its own, once', async () => {
    const { platform, type, answers } = await open({ typing: 'placeholder' });
    await type();
    const apology = { conversation: 'room/1 ü', text: 'Sorry.', whenEmpty: '', isRepeat: true };
    const keys = { replyKey: 'apology:m1', placeKey: 'reply:m1' };

    const first = await platform().deliver({ ...apology, ...keys }, signal);
    const again = await platform().deliver({ ...apology, ...keys }, signal);

    expect(answers()).toEqual([
      expect.objectContaining({ id: first[0], text: 'Sorry.', custom: { replyKey: 'apology:m1' } }),
    ]);
    expect(again).toEqual(first);
  });

  it('is no place for an apology once the answer has taken it', async () => {
    const { platform, deliver, type, answers } = await open({ typing: 'placeholder' });
    await type();
    await deliver('Hello');
    const apology = { conversation: 'room/1 ü', text: 'Sorry.', whenEmpty: '', isRepeat: true };

    await platform().deliver({ ...apology, replyKey: 'apology:m1', placeKey: 'reply:m1' }, signal);

    expect(answers()).toMatchObject([{ text: 'Hello' }, { text: 'Sorry.' }]);
  });

  it('of an earlier attempt is replaced although it was switched off meanwhile, for which a first attempt asks nothing', async () => {
    const { platform, deliver, type, answers, talkjs } = await open({ typing: 'placeholder' });
    await type();
    const off = platform({ typing: 'off' });
    const answer = { conversation: 'room/1 ü', text: 'Hello', whenEmpty: '', replyKey: 'reply:m1' };

    await off.deliver({ ...answer, isRepeat: true }, signal);
    const before = talkjs.requests.length;
    await deliver('Another', 'reply:m2', { typing: 'off' });

    expect(answers()).toMatchObject([{ text: 'Hello', custom: { replyKey: 'reply:m1' } }, { text: 'Another' }]);
    expect(talkjs.requests.slice(before).map(({ method }) => method)).toEqual(['POST']);
  });

  it('never fails a turn', async () => {
    const { platform } = await open({ typing: 'placeholder' });

    const typing = platform({ apiUrl: 'http://127.0.0.1:1' }).typing?.(
      { conversation: 'room/1 ü', replyKey: 'k' },
      signal,
    );

    await expect(typing).resolves.toBeUndefined();
  });
});

describe('an answer that grows', () => {
  const seat = { conversation: 'room/1 ü', replyKey: 'reply:m1' };
  const answer = { ...seat, text: 'One. Two.', whenEmpty: english.empty };

  it('is written into the placeholder, and replaced by what is delivered', async () => {
    const { platform, answers } = await open({ typing: 'stream' });
    const worker = platform();
    const typing = worker.typing?.(seat, signal);
    const stream = worker.stream?.(seat, false);
    stream?.delta('One. ');
    await typing;
    await vi.waitFor(() => expect(answers()).toMatchObject([{ text: 'One. …', custom: { isTyping: 'true' } }]));

    await stream?.end();
    const [id] = await worker.deliver(answer, signal);

    expect(answers()).toEqual([expect.objectContaining({ id, text: 'One. Two.', custom: { replyKey: 'reply:m1' } })]);
  });

  it('is put right when an edit that nobody heard of comes behind the answer', async () => {
    const { answers, settings } = await open({ typing: 'stream' });
    let late: (() => Promise<unknown>) | undefined;
    let edits = 0;
    const lateFetch: typeof fetch = async (input, init) => {
      const isEdit = init?.method === 'PUT';
      if (isEdit && ++edits <= 2) {
        late = () => fetch(input, { ...init, signal: null });
        throw new TypeError('no answer');
      }
      const response = await fetch(input, init);
      if (isEdit) {
        await late?.();
        late = undefined;
      }
      return response;
    };
    const sleep = async () => {};
    const worker = talkjsPlatform(settings, { fetch: lateFetch, now: Date.now, sleep });
    const typing = worker.typing?.(seat, signal);
    const stream = worker.stream?.(seat, false);
    stream?.delta('One. ');
    await typing;
    await vi.waitFor(() => expect(edits).toBe(2));
    await stream?.end();

    await worker.deliver(answer, signal);

    expect(edits).toBe(4);
    expect(answers()).toMatchObject([{ text: 'One. Two.', custom: { replyKey: 'reply:m1' } }]);
    expect(answers()[0]?.custom).not.toHaveProperty('isTyping');
  });

  it('counts its edits, and what was sent besides, towards the share of all workers', async () => {
    const { answers, settings } = await open({ typing: 'stream' });
    const counted: number[] = [];
    const share = async (requests: number) => counted.push(requests) > 0;
    const now = Date.now(); // stands still, so that all of it is in one window
    const worker = talkjsPlatform(settings, { fetch, now: () => now, share });
    const typing = worker.typing?.(seat, signal);
    const stream = worker.stream?.(seat, false);
    stream?.delta('One. ');
    await typing;
    await vi.waitFor(() => expect(answers()).toMatchObject([{ text: 'One. …' }]));
    await stream?.end();

    expect(counted).toEqual([2]); // the placeholder and the edit
  });

  it('still grows after many short ones, which ask for no share', async () => {
    const { answers, settings } = await open({ typing: 'stream' });
    let clock = Date.now();
    const counted: number[] = [];
    const share = async (requests: number) => counted.push(requests) > 0;
    const worker = talkjsPlatform(settings, { fetch, now: () => clock, share });
    for (let i = 0; i < 30; i++) await worker.clear?.(seat, signal);
    clock += 10_000;
    const typing = worker.typing?.(seat, signal);
    const stream = worker.stream?.(seat, false);
    stream?.delta('One. ');
    await typing;
    await vi.waitFor(() => expect(answers()).toMatchObject([{ text: 'One. …' }]));
    await stream?.end();

    expect(counted).toEqual([2]);
  });
});

describe('a TalkJS request', () => {
  it('carries the known token', async () => {
    const minuteBefore = 1755500030_000 - 60_000;
    const token = await signAppToken({ appId: 'tAppId01', secretKey: 'sk_test_example_do_not_use' }, minuteBefore);

    expect(token.split('.')[2]).toBe('KpzJtTbQP0fPlpLiAghO1-BCWX72E1DA5O8aw_aG1xA');
  });

  it('carries a token that is over after a minute', async () => {
    const key = new TextEncoder().encode('sk_test');
    const token = await signAppToken({ appId: 'a', secretKey: 'sk_test' }, 1755500000_000);

    const verifyAfter = (ms: number) => jwtVerify(token, key, { currentDate: new Date(1755500000_000 + ms) });

    await expect(verifyAfter(59_000)).resolves.toBeDefined();
    await expect(verifyAfter(61_000)).rejects.toThrow();
  });

  it('does not follow the answer somewhere else, nor read it without end', async () => {
    const elsewhere: string[] = [];
    const server = await serve({
      moved: (_, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
      elsewhere: (request, response) => {
        elsewhere.push(request.headers.authorization ?? '');
        response.end('{}');
      },
      endless: (_, response) => {
        const fill = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
        };
        response.on('drain', fill);
        fill();
      },
    });
    closing.push(server.close);
    const call = (mount: string) =>
      talkjsApi(
        { appId: 'a', secretKey: 's', apiUrl: `${server.url}/${mount}` },
        { fetch, now: Date.now, sleep: async () => {} },
      )({ method: 'GET', path: ['conversations', 'c'], signal });

    await expect(call('moved')).rejects.toBeInstanceOf(Later);
    await expect(call('endless')).rejects.toBeInstanceOf(Later);
    expect(elsewhere).toEqual([]);
  });
});
