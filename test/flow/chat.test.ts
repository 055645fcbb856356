/** What whoever speaks to /chat/{sessionId} gets, through the exported handler. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { toSession } from '../../lib/http/session.ts';
import { all, type ChatWorld, openChatWorld, pieces, read } from '../harness/chat-world.ts';
import { patience } from '../harness/patience.ts';

let world: ChatWorld;
let count = 0;
const newSession = () => `session-${++count}`;
const asked = () => world.claude.requests.length;

beforeAll(async () => {
  world = await openChatWorld({ ALLOWED_ORIGINS: 'https://app.example' }, async () => {
    return (await import('../../functions/chat.ts')).handler;
  });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

describe('an answer', () => {
  it('begins before Claude has ended', async () => {
    const session = newSession();
    world.claude.script({ text: 'One word after the other, and many of them. '.repeat(3), tokenMs: 50 });

    const arriving = pieces(await world.post(session, { message: 'Tell me.' }));
    const first = await arriving.next();
    const soFar = await world.transcript(session);
    const others = await all(arriving);

    expect(first.value).toHaveProperty('delta');
    expect(soFar).toEqual([]);
    expect(others.at(-1)).toHaveProperty('done', true);
  });

  it('is a line per piece, and ends with its turn, its usage and its price', async () => {
    const session = newSession();

    const { status, headers, text, last } = await world.say(session, 'Hello, my name is Ada.');

    const [, stored] = await world.transcript(session);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
    expect(text).toContain('offline Claude');
    expect(last).toMatchObject({ done: true, stop: 'end_turn', usage: { outputTokens: expect.any(Number) } });
    expect(last.usd).toBeGreaterThan(0);
    expect(stored).toMatchObject({ role: 'assistant', text, turn: last.turn, usd: last.usd });
  });

  it('comes as server-sent events to who asks for them', async () => {
    const response = await world.post(newSession(), { message: 'Hello' }, { accept: 'text/event-stream' });
    const raw = await response.text();

    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(raw).toMatch(/^(data: \{.*\}\n\n)+$/);
    expect(raw).toContain('"done":true');
  });

  it('names a tool when it starts, and reads as it is stored', async () => {
    const session = newSession();
    world.claude.script({ text: 'Let me see. ', tools: [{ name: 'calculator', input: { expression: '6*7' } }] });

    const { pieces: parts, text } = await world.say(session, 'How much is 6*7?');

    const [, stored] = await world.transcript(session);
    const tool = parts.findIndex((piece) => piece.tool === 'calculator');
    expect(tool).toBeGreaterThan(0);
    expect(tool).toBeLessThan(parts.length - 2);
    expect(text).toBe(stored?.text);
    expect(text).toMatch(/^Let me see\.\n\n/);
  });

  it('remembers the session, and no other one', async () => {
    const session = newSession();
    await world.say(session, 'Hello, my name is Grace.');

    const here = await world.say(session, 'What is my name?');
    const elsewhere = await world.say(newSession(), 'What is my name?');

    expect(here.text).toContain('Grace');
    expect(elsewhere.text).not.toContain('Grace');
  });

  it('is logged once for Reconify', async () => {
    while ((await world.records()) > 0);

    await world.say(newSession(), 'Hello');

    expect(await world.records()).toBe(1);
  });

  it('is stored although its reader has left', async () => {
    const session = newSession();
    const leaving = new AbortController();
    world.claude.script({ text: 'A long answer, of which the end is heard by nobody.', tokenMs: 20 });

    const arriving = pieces(await world.post(session, { message: 'Tell me.' }, {}, leaving.signal));
    await arriving.next();
    leaving.abort();

    const stored = await vi.waitFor(async () => {
      const [, answer] = await world.transcript(session);
      if (!answer) throw new Error('not yet');
      return answer;
    }, patience);
    expect(stored.text).toContain('is heard by nobody.');
    expect(asked()).toBe(1);
  });

  it('may be to a file', async () => {
    const session = newSession();
    const attachments = [{ url: 'https://files.example/cat.png', name: 'cat.png' }];

    const said = await read(await world.post(session, { message: '', attachments }));

    const [question] = await world.transcript(session);
    expect(said.last.done).toBe(true);
    expect(question?.attachments).toEqual(attachments);
    expect(JSON.stringify(world.claude.requests.at(-1)?.body)).toContain('cat.png');
  });
});

describe('a request that is no message', () => {
  const long = 'All work and no play makes Jack a dull boy, says chapter ';
  const wrong: [string, unknown, number, string][] = [
    ['is not JSON', 'message=hello', 400, 'bad_request'],
    ['is no object', '"hello"', 400, 'bad_request'],
    ['has no message', {}, 400, 'bad_request'],
    ['has a message that is no text', { message: 1 }, 400, 'bad_request'],
    ['has nothing in its message', { message: ' \n' }, 400, 'bad_request'],
    ['has an attachment without a URL', { message: 'Hi', attachments: [{ name: 'x' }] }, 400, 'bad_request'],
    [
      'has an attachment that is no web page',
      { message: 'Hi', attachments: [{ url: 'file:///x' }] },
      400,
      'bad_request',
    ],
    ['has a user without a name', { message: 'Hi', user: '' }, 400, 'bad_request'],
    ['has a user with a control character', { message: 'Hi', user: 'ada\u0000team' }, 400, 'bad_request'],
    ['has a user with half a character', { message: 'Hi', user: 'ada\ud83d' }, 400, 'bad_request'],
    ['is too long', { message: Array.from({ length: 60 }, (_, i) => long + i).join(' ') }, 413, 'too_long'],
    ['is far too long', { message: 'x'.repeat(300_000) }, 413, 'too_long'],
  ];

  it.each(wrong)('because it %s is refused before anything is stored or paid', async (_, body, status, code) => {
    const session = newSession();

    const said = await read(await world.post(session, body));

    expect([said.status, said.last.code]).toEqual([status, code]);
    expect(said.last.error).toMatch(/\w/);
    expect(said.headers.get('content-type')).toBe('application/json');
    expect(await world.dump()).not.toContain(`open:${session}"`);
    expect(asked()).toBe(0);
  });

  it.each(['a%20b', 'ä', '..%2fx', '%2e%2e%2e', 'x'.repeat(129)])(
    'for the session %s is told the rule',
    async (session) => {
      const said = await world.say(session, 'Hello');

      expect(said.status).toBe(400);
      expect(said.last.error).toContain('letters, digits');
    },
  );

  it('of another method is told which there are', async () => {
    const response = await world.request(newSession(), { method: 'PUT', body: '{}' });

    expect([response.status, JSON.parse(await response.text()).code]).toEqual([405, 'method_not_allowed']);
    expect(response.headers.get('allow')).toBe('GET, POST, DELETE, OPTIONS');
  });
});

describe('a second message', () => {
  it('while one is being answered is refused, and taken as soon as the end is told', async () => {
    const session = newSession();
    world.claude.script({ text: 'A slow one, with some words in it.', tokenMs: 30 });

    const arriving = pieces(await world.post(session, { message: 'First' }));
    await arriving.next();
    const early = await world.say(session, 'Second');
    await all(arriving);
    const late = await world.say(session, 'Second');

    expect([early.status, early.last.code, early.headers.get('retry-after')]).toEqual([409, 'busy', '1']);
    expect(late.status).toBe(200);
    expect((await world.transcript(session)).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
    expect(asked()).toBe(2);
  });

  it('of 20 at once lets exactly one through', async () => {
    const session = newSession();
    world.claude.script({ tokenMs: 20, times: 'forever' });

    const said = await Promise.all(Array.from({ length: 20 }, (_, i) => world.say(session, `Message ${i}`)));

    const statuses = said.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
    expect(asked()).toBe(1);
    expect(await world.transcript(session)).toHaveLength(2);
  });
});

describe('the same Idempotency-Key', () => {
  const key = { 'idempotency-key': 'a-key-of-the-client' };

  it('gets the stored answer', async () => {
    const session = newSession();
    const first = await world.say(session, 'Hello', key);
    await world.say(session, 'Something else');

    const again = await world.say(session, 'Hello', key);

    expect([again.text, again.last]).toEqual([first.text, first.last]);
    expect(asked()).toBe(2);
    expect(await world.transcript(session)).toHaveLength(4);
  });

  it('waits while the first one is being answered', async () => {
    const session = newSession();
    world.claude.script({ text: 'A slow one, with some words in it.', tokenMs: 30 });

    const [first, again] = await Promise.all([world.say(session, 'Hello', key), world.say(session, 'Hello', key)]);

    expect(first.last.done).toBe(true);
    expect([again.text, again.last]).toEqual([first.text, first.last]);
    expect(asked()).toBe(1);
  });

  it('takes over from one that crashed, once its lease has run out', async () => {
    const session = newSession();
    const ref = toSession('open', session);
    const body = JSON.stringify({ message: 'Hello', attachments: [] });
    const { messageId = '', createdAt = 0 } = (await world.sessions.identify(ref, key['idempotency-key'], body)) ?? {};
    const until = Date.now() + 1_500;
    await world.sessions.occupy(ref, { holder: 'crashed', messageId, until });
    const claim = { said: [], owner: 'crashed', leaseUntil: until, generation: 0 };
    await world.store.claim({ ...ref, messageId, createdAt }, claim);

    const other = await world.say(session, 'Another one');
    const again = await world.say(session, 'Hello', key);

    expect(other.status).toBe(409);
    expect(again.last).toMatchObject({ done: true, turn: messageId });
    expect(asked()).toBe(1);
  });

  it('tries anew what failed', async () => {
    const session = newSession();
    world.claude.script({ status: 401 }, { breaks: { how: 'error', after: 3 } });

    const refused = await world.say(session, 'Hello', key);
    const broken = await world.say(session, 'Hello', key);
    const third = await world.say(session, 'Hello', key);
    const fourth = await world.say(session, 'Hello', key);

    expect([refused.status, refused.last.code]).toEqual([503, 'failed']);
    expect([broken.status, broken.last.code]).toEqual([200, 'failed']);
    expect(third.last.done).toBe(true);
    expect(fourth.last).toEqual(third.last);
    expect(asked()).toBe(3);
    expect(await world.transcript(session)).toHaveLength(2);
  });

  it('with another message is a mistake', async () => {
    const session = newSession();
    await world.say(session, 'Hello', key);

    const other = await world.say(session, 'Goodbye', key);

    expect([other.status, other.last.code]).toEqual([422, 'key_reused']);
    expect(asked()).toBe(1);
  });

  it('means something else in another session', async () => {
    await world.say(newSession(), 'Hello', key);

    const other = await world.say(newSession(), 'Goodbye', key);

    expect(other.last.done).toBe(true);
  });
});

describe('a failure', () => {
  it('of Claude that may pass is told as such, and leaves nothing behind', async () => {
    const session = newSession();
    world.claude.script({ status: 429, retryAfter: 60 });

    const said = await world.say(session, 'Are you there?');

    expect([said.status, said.last.code, said.last.retryAfter]).toEqual([503, 'unavailable', 60]);
    expect(said.headers.get('retry-after')).toBe('60');
    expect(await world.transcript(session)).toEqual([]);
    expect(await world.dump()).not.toContain('Are you there?');
    expect((await world.say(session, 'And now?')).last.done).toBe(true);
  });

  it('in mid-answer is the last line, and no part of the history', async () => {
    const session = newSession();
    world.claude.script({ text: 'This will not be ended.', breaks: { how: 'cut', after: 4 } });

    const said = await world.say(session, 'Tell me.');

    expect(said.text).not.toBe('');
    expect(said.last).toMatchObject({ code: 'failed', error: expect.stringMatching(/reference [0-9a-f]{8}/) });
    expect(await world.transcript(session)).toEqual([]);
  });
});

describe('a conversation that a person took over', () => {
  it('is not answered, and says so', async () => {
    const session = newSession();
    await world.store.handOver(toSession('open', session), 'human');

    const said = await world.say(session, 'Hello?');

    expect([said.status, said.last.code]).toEqual([409, 'handed_over']);
    expect(asked()).toBe(0);
  });
});

describe('DELETE', () => {
  it('forgets the whole session, keys of its messages included', async () => {
    const session = newSession();
    await world.say(session, 'My name is Mallory.', { 'idempotency-key': 'to be forgotten' });
    await world.say(session, 'And I like chess.');

    const response = await world.request(session, { method: 'DELETE' });
    const after = await world.dump();
    const fresh = await world.say(session, 'What is my name?');

    expect(response.status).toBe(204);
    expect(after).not.toContain(`open:${session}"`);
    expect(fresh.text).not.toContain('Mallory');
    expect(await world.transcript(session)).toHaveLength(2);
  });

  it('waits for the end of an answer', async () => {
    const session = newSession();
    world.claude.script({ text: 'A slow one, with some words in it.', tokenMs: 30 });

    const arriving = pieces(await world.post(session, { message: 'First' }));
    await arriving.next();
    const early = await world.request(session, { method: 'DELETE' });
    await all(arriving);
    const late = await world.request(session, { method: 'DELETE' });

    expect([early.status, late.status]).toEqual([409, 204]);
    expect(await world.transcript(session)).toEqual([]);
  });
});

describe('the transcript', () => {
  it('of a session nobody knows is empty', async () => {
    const session = newSession();

    const response = await world.request(session);

    expect([response.status, JSON.parse(await response.text())]).toEqual([200, { session, messages: [] }]);
  });

  it('of a long session comes in pages', async () => {
    const session = newSession();
    for (let turn = 1; turn <= 103; turn++) await world.say(session, `Message ${turn}.`);

    const newest = JSON.parse(await (await world.request(session)).text());
    const query = `?before=${encodeURIComponent(newest.earlier)}`;
    const oldest = JSON.parse(await (await world.request(`${session}${query}`)).text());

    expect([newest.messages.length, newest.messages.at(-2).text]).toEqual([200, 'Message 103.']);
    expect([oldest.messages.length, oldest.messages[0].text]).toEqual([6, 'Message 1.']);
    expect(oldest.earlier).toBeUndefined();
  });

  it('refuses a page that nobody offered', async () => {
    const response = await world.request(`${newSession()}?before=B`);

    expect(response.status).toBe(400);
  });
});

describe('a browser', () => {
  const from = (origin: string) => ({ origin, 'content-type': 'application/json' });

  it('is let in from an allowed origin', async () => {
    const asking = { ...from('https://app.example'), 'access-control-request-method': 'POST' };
    const preflight = await world.request(newSession(), { method: 'OPTIONS', headers: asking });
    const said = await world.say(newSession(), 'Hello', from('https://app.example'));

    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    for (const { headers } of [preflight, said]) {
      expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
    }
  });

  it('of any other page cannot spend anything where no key is asked for', async () => {
    const said = await world.say(newSession(), 'Hello', from('https://evil.example'));

    expect([said.status, said.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect(asked()).toBe(0);
  });
});
