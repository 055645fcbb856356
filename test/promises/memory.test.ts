/** What a function holds of its memory while ten of the worst conversations are answered at once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sizes } from '../../lib/bounds.ts';
import { fitReply } from '../../lib/turn/fit.ts';
import { hear } from '../../lib/turn/hear.ts';
import type { Sent } from '../../lib/types.ts';
import { caller } from '../harness/chat-api-client.ts';
import { english } from '../harness/english.ts';
import { batch } from '../harness/hand-made.ts';
import { type MemoryWorld, openMemoryWorld, restEvent } from '../harness/promises/memory-world.ts';
import { provideRuntime, restGateway } from '../harness/rest-gateway.ts';
import { sized } from '../harness/size.ts';

/** Of its memory. */
const SHARE = 0.6;
const AT_ONCE = 10;

const table = (chars: number) => {
  const row = `${'|'.repeat(1_000)}\n`;
  return `${row}${'|-'.repeat(999)}|\n${row.repeat(chars / row.length)}`.slice(0, chars);
};
const ANSWERS = {
  'a table of empty cells': table(sizes.replyBytes),
  'nothing but links': '[a](https://a.test/b) '.repeat(sizes.replyBytes / 22),
  'list in list': Array.from({ length: 3_000 }, (_, i) => `${'  '.repeat(i % 40)}- *a*\n`).join(''),
  'ten times what is kept': 'A word, **bold**. '.repeat((10 * sizes.replyBytes) / 18),
};
const KINDS = sized({ sample: 1, all: 4, proof: 4 });
const answers = Object.entries(ANSWERS).slice(0, KINDS);

let world: MemoryWorld;
let conversations = 0;

beforeAll(async () => {
  world = await openMemoryWorld();
});
afterAll(() => world.close());

/** Of all platforms in turn, each in a conversation of its own. */
async function tenConversations(files: number): Promise<Sent[]> {
  return Promise.all(
    Array.from({ length: AT_ONCE }, async (_, i): Promise<Sent> => {
      const platform = (['talkjs', 'botpress', 'chat-api'] as const)[i % 3] ?? 'chat-api';
      const conversation = `memory-${++conversations}`;
      if (platform === 'talkjs') world.platforms.talkjs.join(conversation, 'alice');
      if (platform === 'botpress')
        await world.platforms.botpress.say({ conversationId: conversation, userId: 'alice', text: 'Hello' });
      return {
        event: 'sent',
        platform,
        conversation,
        messageId: `m-${conversation}`,
        createdAt: Date.now(),
        speaker: { id: 'alice' },
        text: 'What are these? 😀'.padEnd(sizes.textBytes / 2, ' and these'),
        attachments: Array.from({ length: files }, (_, n) => ({ url: `${world.filesUrl}/${conversation}/${n}.png` })),
      };
    }),
  );
}

/** Turns whose answer is stored and was never sent, as the dead letters hold them. */
async function answered(waiting: readonly Sent[], text: string): Promise<void> {
  for (const inbound of waiting) {
    const said = [hear(inbound, { maxChars: 0, speech: english })];
    const turn = await world.store.claim(inbound, { said, owner: 'worker', leaseUntil: 1, generation: 0 });
    const reply = fitReply({ kind: 'answer', text, stop: 'end_turn' }, english);
    await world.store.answer(inbound, { owner: 'worker', epoch: turn?.epoch ?? 0 }, reply, said);
  }
}

function holds({ peakMb, memoryMb }: { peakMb: number; memoryMb: number }, what: string): void {
  console.log(`${what}: ${peakMb} of ${memoryMb} MB`);
  expect(peakMb).toBeLessThanOrEqual(SHARE * memoryMb);
}

it('the worker shows Claude ten times five of the largest pictures', async () => {
  world.letClaudeSay('Pictures.');

  const found = await world.run('reply', [batch(await tenConversations(5))]);

  expect(found.givenBack).toBe(0);
  holds(found, 'reply: pictures');
});

it.each(answers)('the worker answers ten conversations with %s', async (name, text) => {
  world.letClaudeSay(text);

  const found = await world.run('reply', [batch(await tenConversations(0))]);

  expect(found.givenBack).toBe(0);
  holds(found, `reply: ${name}`);
});

it.each(answers)('the dead letters are ten stored answers of %s', async (name, text) => {
  const waiting = await tenConversations(0);
  await answered(waiting, text);

  const found = await world.run('apologize', [batch(waiting)]);

  expect(found.givenBack).toBe(0);
  holds(found, `apologize: ${name}`);
});

it('/chat shows Claude ten times five of the largest pictures', async () => {
  world.letClaudeSay(ANSWERS['a table of empty cells']);
  const ask = (n: number) =>
    restEvent(
      'POST',
      `/chat/memory-${n}`,
      {},
      {
        message: 'What are these?',
        attachments: Array.from({ length: 5 }, (_, i) => ({ url: `${world.filesUrl}/${n}/${i}.png` })),
      },
    );

  const found = await world.run(
    'chat',
    Array.from({ length: AT_ONCE }, (_, n) => ask(n)),
  );

  expect(found.statuses).toEqual(Array(AT_ONCE).fill(200));
  holds(found, '/chat: pictures');
});

it('the Chat API takes, lists and tells the longest messages ten times at once', async () => {
  provideRuntime();
  const { handler } = await import('../../functions/chat-api.ts');
  const gate = await restGateway(['/chat-api/{webhookId}/{proxy+}'], handler as never, 60_000);
  const call = caller(`${gate.url}/chat-api/local`);
  const { key } = (await call('POST', '/users', { body: { id: 'ada' } })).body;
  await call('POST', '/conversations', { key, body: { id: 'long' } });
  const long = { conversationId: 'long', payload: { type: 'text', text: 'x'.repeat(sizes.textBytes) } };
  for (let n = 0; n < 10; n++) await call('POST', '/messages', { key, body: long });
  await gate.close();
  const headers = { 'x-user-key': key, 'last-event-id': '0' };
  const of = {
    post: ['POST', '/messages'],
    list: ['GET', '/conversations/long/messages'],
    tell: ['GET', '/conversations/long/listen'],
  };
  const ways = [...Array(3).fill(of.post), ...Array(4).fill(of.list), ...Array(3).fill(of.tell)] as [string, string][];

  const found = await world.run(
    'chat-api',
    ways.map(([method, path]) =>
      restEvent(method, `/chat-api/local${path}`, headers, method === 'POST' ? long : undefined),
    ),
    5_000,
  );

  expect(found.statuses.toSorted()).toEqual([...Array(7).fill(200), ...Array(3).fill(201)]);
  holds(found, 'chat-api');
});
