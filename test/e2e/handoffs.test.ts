/** Promise: a handoff reaches somebody and comes back, while workers and deliverers are killed with SIGKILL and the receiver fails. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDynamo, openStore, type Store } from '../../lib/store/store.ts';
import type { ReceivedEvent } from '../../local/stand-ins/events.ts';
import { patience } from '../harness/patience.ts';
import { chanceOf } from '../harness/promises/chance.ts';
import { type RunningStack, startStack } from '../harness/running-stack.ts';
import { sized } from '../harness/size.ts';

const CONVERSATIONS = sized({ sample: 1, all: 3, proof: 20 });

/** What a receiver does to the first attempts: refuses it, hangs up, takes it and hangs up, or takes it. */
const FAULTS = ['broken', 'down', 'cut-after', undefined] as const;
const WAYS = ['/bot', 'an operator'] as const;

interface Received extends ReceivedEvent {
  event: { type: string; at: string; conversation: string };
}

let stack: RunningStack;
let store: Store;

beforeAll(async () => {
  stack = await startStack({ USER_MESSAGES_PER_MINUTE: '0', OPERATOR_KEYS: 'a-key-of-the-test-alone' });
  const { urls } = await stack.status();
  process.env.AWS_ENDPOINT_URL_DYNAMODB = urls.dynamodb;
  store = openStore(openDynamo(), 'Table', Date.now);
});
afterAll(() => stack?.end());

test(`${CONVERSATIONS} handoffs are told in order, taken and given back, and nothing is answered in between`, async () => {
  const chance = chanceOf(18);
  const killed = { reply: 0, events: 0 };
  const calm = await talk('handoff-calm', { way: '/bot' });
  const seconds: number[] = [];
  // One after the other: a message whose workers are killed twice before Claude has answered is apologised for.
  for (let n = 1; n <= CONVERSATIONS; n++) {
    const how = { way: chance.oneOf(WAYS), kind: chance.oneOf(FAULTS), isKilling: true };
    seconds.push(await talk(`handoff-${n}`, how));
  }
  seconds.sort((a, b) => a - b);
  console.log(
    `handoffs: ${CONVERSATIONS}, ${killed.reply} workers and ${killed.events} deliverers killed; from the user's message to the receiver ${calm} s undisturbed, else ${seconds[Math.floor(seconds.length / 2)]} s, at most ${seconds.at(-1)} s`,
  );
  expect(killed.reply + killed.events).toBeGreaterThan(0);

  /** From the user's message to the answer after the handoff; gives the seconds to the receiver. */
  async function talk(
    name: string,
    {
      way,
      kind,
      isKilling = false,
    }: { way: (typeof WAYS)[number]; kind?: (typeof FAULTS)[number]; isKilling?: boolean },
  ): Promise<number> {
    if (kind) await post(3, '/events/faults', { kind, times: 1 });
    const askedAt = Date.now();
    await stack.say(name, 'I want to talk to a human');
    if (isKilling) await kill('reply');
    const [requested] = await told(name, ['handoff.requested']);
    await stack.answers(name, 1);
    await as('bob', name, 'Bob here.');
    if (isKilling) await kill('events');
    await told(name, ['handoff.requested', 'handoff.taken']);
    await stack.say(name, 'Thank you!');
    await heard(name, ['Bob here.', 'Thank you!']);
    if (way === '/bot') await as('bob', name, '/bot');
    else await post(0, '/operator', { do: 'resume', platform: 'talkjs', conversation: name });
    const events = await told(name, ['handoff.requested', 'handoff.taken', 'handoff.returned']);
    await stack.say(name, 'What did Bob say?');
    const [taken, answer] = await stack.answers(name, 2);

    expect(events.every(({ signature }) => signature === 'valid')).toBe(true);
    // Claude's words, or ours where the worker was killed between the handoff and the answer.
    expect(taken).toMatch(/hand_to_human says|I have asked our team to take over here/);
    expect(answer).toContain('Bob here.');
    expect(answer).toContain('Thank you!');
    const lines = await stack.transcript(name);
    expect(lines.filter(({ sender }) => sender === 'claude')).toHaveLength(2);
    return (Date.parse(requested?.receivedAt ?? '') - askedAt) / 1000;
  }

  /** One that is at work, as soon as there is one; where its work was over sooner, none. */
  async function kill(process_: keyof typeof killed): Promise<void> {
    const until = Date.now() + 1_000;
    while (Date.now() < until) {
      const { processes } = await stack.status();
      const victim = processes.find(({ name, busy }) => name === process_ && busy);
      if (victim?.pid === undefined) continue;
      process.kill(victim.pid, 'SIGKILL');
      killed[process_] += 1;
      return;
    }
  }
}, 900_000);

/** Resolves when that was remembered, and left to people. */
async function heard(conversation: string, texts: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const { turns } = await store.recent({ platform: 'talkjs', conversation });
    const left = turns.filter(({ state }) => state === 'SKIPPED');
    expect(left.flatMap(({ said }) => said.map(({ text }) => text))).toEqual(texts);
  }, patience);
}

/** What the receiver was told of it, repeats left out as a receiver leaves them out, once it is that. */
function told(conversation: string, types: readonly string[]): Promise<Received[]> {
  return vi.waitFor(async () => {
    const response = await fetch(`http://localhost:${stack.port + 3}/events`);
    const all = ((await response.json()) as Received[]).filter(({ event }) => event.conversation === conversation);
    const once = all.filter(({ id }, i) => all.findIndex((one) => one.id === id) === i);
    expect(once.map(({ event }) => event.type)).toEqual(types);
    return once;
  }, patience);
}

async function as(userId: string, conversationId: string, text: string): Promise<void> {
  await post(3, '/talkjs/say', { conversationId, userId, text, wait: true });
}

async function post(port: number, route: string, body: object): Promise<void> {
  const response = await fetch(`http://localhost:${stack.port + port}${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer a-key-of-the-test-alone' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
}
