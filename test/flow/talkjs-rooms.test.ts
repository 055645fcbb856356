/** What stands around the asking, as a TalkJS user meets it: limits, guard, files, tools and the human colleague. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSqs } from '../../lib/queue.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { png } from '../harness/sample-files.ts';
import { makeFifo } from '../harness/tables.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const PER_MINUTE = 4;
const chat = talkjsChat();
let world: World;
let files: Awaited<ReturnType<typeof serve>>;
let people = 0;
const fetched: string[] = [];

beforeAll(async () => {
  files = await serve({
    files: (request, response) => {
      fetched.push(request.url ?? '');
      response.end(png());
    },
  });
  world = await openWorld(chat, {
    USER_MESSAGES_PER_MINUTE: String(PER_MINUTE),
    USER_USD_PER_DAY: '0.01',
    TOTAL_USD_PER_DAY: '100',
    MAX_INPUT_CHARS: '2000',
    ATTACHMENT_HOSTS: files.url,
    HANDOFF_TALKJS_USER: 'support',
    EVENTS_QUEUE_URL: await makeFifo(openSqs(), 'events'),
  });
});
afterAll(async () => {
  await world.close();
  await files.close();
});
beforeEach(() => world.claude.reset());

/** Somebody new in a conversation of their own. */
function newPerson() {
  const userId = `person-${++people}`;
  const conversationId = `with-${userId}`;
  const answers = () =>
    chat.talkjs.transcript(conversationId).flatMap(({ sender, text }) => (sender === 'claude' ? (text ?? '') : []));
  return {
    conversation: { platform: 'talkjs' as const, conversation: conversationId },
    answers,
    async say(text: string, attachment?: { url: string; filename: string; subtype: 'image' }): Promise<string> {
      chat.talkjs.say({ conversationId, userId, text, ...(attachment ? { attachment } : {}) });
      await world.quiet();
      return answers().at(-1) ?? '';
    },
    statesOf: async () => (await world.store.recent({ platform: 'talkjs', conversation: conversationId })).turns,
  };
}

function lastContent(): { type: string; text?: string }[] {
  const body = world.claude.requests.at(-1)?.body as { messages: { content: { type: string; text?: string }[] }[] };
  return body.messages.at(-1)?.content ?? [];
}

describe('the limit of messages', () => {
  it('answers as many as are allowed, says so once, and covers the rest of the minute with that', async () => {
    const person = newPerson();
    while (Date.now() % 60_000 > 50_000) await new Promise((wake) => setTimeout(wake, 500));

    for (let n = 1; n <= PER_MINUTE + 3; n++) await person.say(`Message ${n}.`);

    const turns = await person.statesOf();
    expect(world.claude.requests).toHaveLength(PER_MINUTE);
    expect(person.answers()).toHaveLength(PER_MINUTE + 1);
    expect(person.answers().at(-1)).toMatch(/^You are writing faster than I can answer. Please wait \d+ seconds?/);
    expect(turns.map(({ state }) => state)).toEqual([...Array(PER_MINUTE + 1).fill('DELIVERED'), 'MERGED', 'MERGED']);
    expect(turns.at(-1)?.into).toBe(turns[PER_MINUTE]?.sk);
  });
});

describe('the limit of money', () => {
  it('ends the day with one sentence, and never spends more than the cap and one call', async () => {
    const person = newPerson();
    world.claude.script({
      text: 'Dear words.',
      usage: { input_tokens: 60_000, output_tokens: 1_000 },
      times: 'forever',
    });

    for (let n = 1; n <= 3; n++) await person.say(`Message ${n}.`);

    const usd = (await person.statesOf()).reduce((sum, { reply }) => sum + (reply?.usd ?? 0), 0);
    expect(person.answers().at(-1)).toMatch(/^You have used up what I can answer for you today/);
    expect(world.claude.requests.length).toBeLessThan(3);
    expect(usd).toBeLessThanOrEqual(0.01 + 0.0065);
  });
});

describe('the guard', () => {
  it('tells how long is too long, without a call', async () => {
    const person = newPerson();

    const answer = await person.say('long words '.repeat(300));

    expect(answer).toContain('(3,300/2,000 characters)');
    expect(world.claude.requests).toHaveLength(0);
  });

  it('keeps what it refused out of the table and out of what Claude is told later', async () => {
    const person = newPerson();
    await person.say('spam '.repeat(500));

    await person.say('Hello?');

    expect(person.answers()[0]).toContain('(2,500/2,000 characters)');
    expect(JSON.stringify(await person.statesOf())).not.toContain('spam');
    expect(JSON.stringify(world.claude.requests.at(-1)?.body)).not.toContain('spam');
  });
});

describe('a picture', () => {
  it('reaches Claude with its question, and is fetched again for the next turn', async () => {
    const person = newPerson();
    const url = `${files.url}/files/cat.png`;

    await person.say('What is in it?', { url, filename: 'cat.png', subtype: 'image' });
    const before = fetched.length;
    await person.say('And what colour?');

    const body = JSON.stringify(world.claude.requests.at(-1)?.body);
    expect(body).toContain('"media_type":"image/png"');
    expect(fetched.length).toBe(before + 1);
    expect(JSON.stringify(await person.statesOf())).not.toContain(png().toString('base64'));
  });

  it('from anywhere else is never fetched, and Claude is told so', async () => {
    const person = newPerson();
    const before = fetched.length;

    await person.say('Look!', {
      url: 'http://169.254.169.254/latest/meta-data',
      filename: 'cat.png',
      subtype: 'image',
    });

    expect(fetched.length).toBe(before);
    expect(JSON.stringify(world.claude.requests[0]?.body)).toContain('not one that may be opened');
  });
});

describe('a tool', () => {
  it('is used when it is needed, and the answer holds its result', async () => {
    const person = newPerson();

    const answer = await person.say('What is 17*23?');

    expect(answer).toContain('391');
    expect(world.claude.requests).toHaveLength(2);
  });

  it('runs with nothing the model made up', async () => {
    const person = newPerson();
    world.claude.script({ tools: [{ name: 'calculator', input: { expression: '1', user: 'admin' } }], text: null });

    await person.say('Do it.');

    const [result] = lastContent();
    expect(result).toMatchObject({ type: 'tool_result', is_error: true });
    expect(JSON.stringify(result)).toContain('does not take: user');
  });
});

describe('the human colleague', () => {
  it('takes over when asked for: the bot says so, then is silent until it is given back, and remembers what was said', async () => {
    const person = newPerson();
    const handover = await person.say('I want to talk to a human.');
    const { turns: _, conversation } = await world.store.recent(person.conversation);

    await person.say('My order number is 4711.');
    const whileHuman = person.answers().length;
    await world.store.handOver(person.conversation, 'bot');
    await person.say('What was said before?');

    expect(handover).not.toBe('');
    expect(conversation.owner).toBe('human');
    expect(whileHuman).toBe(1);
    expect(person.answers()).toHaveLength(2);
    expect(JSON.stringify(world.claude.requests.at(-1)?.body)).toContain('My order number is 4711.');
  });

  it('who takes over while Claude thinks keeps the bot from answering', async () => {
    const person = newPerson();
    world.claude.script({ headers: 2_500 });
    chat.talkjs.say({ conversationId: person.conversation.conversation, userId: `person-${people}`, text: 'Hello?' });
    while (world.claude.requests.length === 0) await new Promise((wake) => setTimeout(wake, 10));

    await world.store.handOver(person.conversation, 'human');
    await world.quiet();

    expect(person.answers()).toEqual([]);
    expect((await person.statesOf()).map(({ state }) => state)).toEqual(['SKIPPED']);
  });
});
