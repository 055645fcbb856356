/** Tools that act, through the exported handlers: what they do happens once, and what became of it is told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Booking, openBooking } from '../harness/booking.ts';
import { countedBy } from '../harness/counted-by.ts';
import { batch, sent } from '../harness/hand-made.ts';
import { hearLines } from '../harness/hear-lines.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
let world: World;

let service: Booking;

beforeAll(async () => {
  service = await openBooking();
  world = await openWorld(chat);
});
afterAll(async () => {
  await world.close();
  await service.close();
});
beforeEach(() => {
  world.claude.reset();
  service.reset();
});

const context = { getRemainingTimeInMillis: () => 60_000 };
const books = (...rooms: string[]) => ({ text: null, tools: rooms.map((room) => ({ name: 'book', input: { room } })) });

/** Behind what was said before. */
const LATER = 10_000_000;

let conversations = 0;

/** One that the platform knows. */
async function newConversation(): Promise<string> {
  const conversation = `acting-${++conversations}`;
  await world.converse(conversation, 'Hello');
  world.claude.reset();
  return conversation;
}

async function turnOf(conversation: string) {
  const { turns } = await world.store.recent({ platform: 'talkjs', conversation });
  return turns.at(-1);
}

/** The last message of the last request to Claude. */
function lastContent(): { type: string; text?: string }[] {
  const { messages = [] } = (world.claude.requests.at(-1)?.body ?? {}) as { messages?: { content: [] }[] };
  return messages.at(-1)?.content ?? [];
}

/** What Claude was told of its calls, in its last request. */
function toldLast(): { content: string; is_error?: boolean }[] {
  return lastContent().filter(({ type }) => type === 'tool_result') as never;
}

describe('what a tool did', () => {
  it.each([
    [200, 'DONE', /"booked":"Rome"/],
    [409, 'REFUSED', /The room is taken/],
    [500, 'UNKNOWN', /not known whether/],
    ['never', 'UNKNOWN', /not known whether/],
  ] as const)('is noted when the service answers %s: %s', async (answer, state, told) => {
    const conversation = await newConversation();
    service.answers.push(answer);
    world.claude.script(books('Rome'), { text: 'There you are.' });
    const lines: string[] = [];
    hearLines((line) => lines.push(line));

    await world.converse(conversation, 'Book Rome');
    vi.restoreAllMocks();

    const [result] = toldLast();
    expect(result?.content).toMatch(told);
    expect((await turnOf(conversation))?.reply?.effects).toEqual([{ tool: 'book', input: '{"room":"Rome"}', state }]);
    expect(countedBy('EffectsUnknown', lines)).toBe(state === 'UNKNOWN' ? 1 : 0);
  });

  it('is not done again by the same call in another step, which gets the same result', async () => {
    const conversation = await newConversation();
    world.claude.script(books('Oslo'), books('Oslo'), { text: 'Done.' });

    await world.converse(conversation, 'Book Oslo');

    expect(service.acted).toHaveLength(1);
    expect(toldLast()[0]?.content).toMatch(/"booked":"Oslo"/);
  });

  it('stays in what Claude knows, also behind an apology, which names it', async () => {
    const conversation = await newConversation();
    world.claude.script(books('Bonn'), { status: 400, errorMessage: 'no' });

    const apology = await world.converse(conversation, 'Book Bonn');
    world.claude.script({ text: 'Yes.' });
    await world.converse(conversation, 'Did you?');

    expect(apology).toMatch(/^Sorry, .*This was done: book\.$/s);
    const { messages } = (world.claude.requests.at(-1)?.body ?? {}) as {
      messages: { role: string; content: { text: string }[] }[];
    };
    expect(messages.slice(-3).map(({ role, content }) => [role, ...content.map(({ text }) => text)])).toEqual([
      ['user', 'Book Bonn', expect.stringContaining('"outcome":"done"')],
      ['assistant', apology],
      ['user', 'Did you?'],
    ]);
  });

  it('is not asked for again by the next message, behind an apology either', async () => {
    const conversation = await newConversation();
    world.claude.script(books('Kiel'), { status: 400, errorMessage: 'no' });
    await world.converse(conversation, 'use the tool book with room Kiel');
    world.claude.reset();

    await world.converse(conversation, 'use the tool book with room Graz');

    expect(service.acted.map(({ room }) => room)).toEqual(['Kiel', 'Graz']);
  });

  it('is told with the same key by every attempt, and with another one in every conversation', async () => {
    const [one, other] = [await newConversation(), await newConversation()];
    for (const conversation of [one, other]) {
      world.claude.script(books('Paris'), { text: 'Done.' });
      await world.reply(batch([sent('talkjs', conversation, 'Book Paris', LATER)]), context);
    }

    const keys = service.acted.map(({ key }) => key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toMatch(/^[0-9a-f]{40}$/);
  });

  it('is not done again when the message is redriven: the stored steps are taken, and Claude is asked for what was missing', async () => {
    const conversation = await newConversation();
    const message = sent('talkjs', conversation, 'Book Bern', LATER);
    world.claude.script(books('Bern'), { status: 400, errorMessage: 'no' });
    await world.reply(batch([message]), context);
    const asked = world.claude.requests.length;
    world.claude.script({ text: 'Bern is booked.' });

    await world.reply(again(message), context);

    expect(service.acted).toHaveLength(1);
    expect(world.claude.requests).toHaveLength(asked + 1);
    const { state, reply } = (await turnOf(conversation)) ?? {};
    expect({ state, text: reply?.text, effects: reply?.effects?.map((effect) => effect.state) }).toEqual({
      state: 'DELIVERED',
      text: 'Bern is booked.',
      effects: ['DONE'],
    });
  });

  it('is told although a human has taken over meanwhile', async () => {
    const conversation = await newConversation();
    const message = sent('talkjs', conversation, 'Book Wien', LATER);
    world.claude.script(books('Wien'), { status: 429, retryAfter: 60 });
    await world.reply(batch([message]), context);
    await world.store.handOver({ platform: 'talkjs', conversation }, 'human');

    await world.reply(batch([message], 2), context);

    const { state, reply } = (await turnOf(conversation)) ?? {};
    expect({ state, text: reply?.text }).toEqual({ state: 'DELIVERED', text: 'This was done: book.' });
  });
});

/** A redrive by an operator: the message as a new generation. */
function again(message: object) {
  const { Records } = batch([message]) as { Records: { body: string }[] };
  return {
    Records: Records.map((record) => ({ ...record, body: JSON.stringify({ v: 1, generation: 1, inbound: message }) })),
  } as never;
}

it('costs no write more without a tool that acts, and a step and two writes a call with one', async () => {
  const figures: Record<number, { writes: number; units: number }> = {};
  for (const acts of [0, 1, 3]) {
    const conversation = await newConversation();
    const rooms = Array.from({ length: acts }, (_, i) => `Room ${i}`);
    if (acts > 0) world.claude.script(books(...rooms));
    world.claude.script({ text: 'There you are.' });
    world.dynamo.calls.length = 0;

    await world.reply(batch([sent('talkjs', conversation, 'Book', LATER)]), context);

    const writes = world.dynamo.calls.filter(({ operation }) => operation === 'UpdateItem');
    figures[acts] = { writes: writes.length, units: writes.reduce((sum, { units }) => sum + units, 0) };
  }

  console.table(figures);
  expect(figures[0]).toEqual({ writes: 3, units: 3 });
  expect(figures[1]).toEqual({ writes: 6, units: 6 });
  expect(figures[3]).toEqual({ writes: 10, units: 10 });
});
