/** The flow suite's second half: what a platform's door lets in, and what of it gets out again. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { platforms } from '../../lib/platforms/all.ts';
import type { Manifest } from '../../lib/platforms/kit/manifest.ts';
import { openTurnsQueue } from '../../lib/queue.ts';
import { sent } from './hand-made.ts';
import { patience } from './patience.ts';
import type { Printed } from './printed.ts';
import type { Chat, World } from './world.ts';

export interface DoorSuite {
  chat: Chat;
  world(): World;
  printed(): Printed;
  newConversation(): string;
  answersIn(conversation: string): Promise<string[]>;
}

/** Words that nothing of ours ever says, one for each place where a user may have written them. */
const CANARIES = ['xylographic', 'quokkafish', 'zeugmatic', 'farfallonen', 'jökulhlaup'];

export function doorSuite({ chat, world, printed, newConversation, answersIn }: DoorSuite): void {
  const manifests: Readonly<Record<string, Manifest<unknown>>> = platforms;
  const manifest = manifests[chat.name];
  if (!manifest) throw new Error(`${chat.name} has no manifest`);
  const claudeCalls = () => world().claude.requests.length;
  const enqueued = () => world().sqsCalls.calls.filter(({ operation }) => operation === 'SendMessage').length;
  const trial = () => manifest.operator.trial(manifest.settings.read(process.env, []), Date.now());

  /** What the door answers, and whether it enqueued anything for it. */
  async function post(body: string, headers: Readonly<Record<string, string>>) {
    const before = enqueued();
    const url = `${world().gate.url}${manifest?.operator.path}`;
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    await response.body?.cancel();
    return { status: response.status, enqueued: enqueued() - before };
  }

  describe(`${chat.name}: a webhook`, () => {
    it('that is forged is refused, and so is one without a signature', async () => {
      const { body, forged } = trial();

      const answers = [await post(body, forged), await post(body, {})];

      const refused = { status: 401, enqueued: 0 };
      expect(answers).toEqual([refused, refused]);
    });

    it.runIf(chat.provesBody)('whose body was changed on its way is refused', async () => {
      const { body, good } = trial();

      const answers = await Promise.all(good.map((headers) => post(`${body} `, headers)));

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    });

    it("that tells of the bot's own message is taken, and nothing comes of it", async () => {
      const { body, good } = trial();

      for (const headers of good) expect(await post(body, headers)).toEqual({ status: 200, enqueued: 0 });
    });

    it('of an event that nobody answers is taken, and nothing comes of it', async () => {
      expect(await post(chat.unknownEvent, chat.sign(chat.unknownEvent))).toEqual({ status: 200, enqueued: 0 });
    });

    it.each(['', '{"', 'null', '[]', '"text"', '{}', `${'['.repeat(5_000)}${']'.repeat(5_000)}`])(
      'of a body that is none of its events is refused and enqueues nothing: %j',
      async (body) => {
        expect(await post(body, chat.sign(body))).toEqual({ status: 400, enqueued: 0 });
      },
    );
  });

  describe(`${chat.name}: a webhook in which one field is not as it should be`, () => {
    it('is taken or refused, and is never an error of ours', async () => {
      const bodies = [...spoilt(trial().body, [undefined, null, 1, 'x', [], {}])];

      const answers = await Promise.all(bodies.map((body) => post(body, chat.sign(body))));
      await world().quiet();

      expect(bodies.length).toBeGreaterThan(0);
      expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 400)).toEqual([]);
    });
  });

  describe(`${chat.name}: one conversation and another`, () => {
    it('do not wait for each other, however slow an answer is', async () => {
      const [slow, quick] = [newConversation(), newConversation()];
      const held = world().holdClaude();
      await chat.say(slow, 'A slow one.');
      await held.isHeld;

      await chat.say(quick, 'A quick one.');
      const answers = await vi.waitFor(async () => {
        const found = await answersIn(quick);
        expect(found).toHaveLength(1);
        return [found.length, (await answersIn(slow)).length];
      }, patience);

      held.release();
      await world().quiet();
      expect(answers).toEqual([1, 0]);
      expect(await answersIn(slow)).toHaveLength(1);
    });

    it('may each have a message of the same id', async () => {
      const conversations = [newConversation(), newConversation()];
      for (const conversation of conversations) await chat.say(conversation, 'Hello.');
      await world().quiet();
      const { put } = openTurnsQueue(world().sqs, world().queues.turns);
      const twins = conversations.map((conversation) => ({
        ...sent(chat.name, conversation, `I am in ${conversation}.`, 1, chat.bot),
        messageId: 'the-same-id',
      }));

      for (const twin of twins) await put(twin as Parameters<typeof put>[0]);
      await world().quiet();

      for (const conversation of conversations) expect(await answersIn(conversation)).toHaveLength(2);
      const asked = JSON.stringify(world().claude.requests.map(({ body }) => body));
      for (const { text } of twins) expect(asked).toContain(text);
    });
  });

  describe.runIf(chat.sayAsTeam)(`${chat.name}: a message of the team`, () => {
    it('is not answered', async () => {
      const conversation = newConversation();
      await chat.say(conversation, 'Hello.');
      await world().quiet();
      const before = [claudeCalls(), (await answersIn(conversation)).length];

      await chat.sayAsTeam?.(conversation, 'I take over from here.');
      await world().quiet();

      expect([claudeCalls(), (await answersIn(conversation)).length]).toEqual(before);
    });
  });

  describe(`${chat.name}: the API`, () => {
    const seen: string[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end('{}');
    });
    beforeAll(() => new Promise<void>((ready) => elsewhere.listen(0, '127.0.0.1', ready)));
    afterAll(() => void elsewhere.close().closeAllConnections());

    it('cannot send the answer and our key to somebody else', async () => {
      const conversation = newConversation();
      chat.redirectDelivery(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/elsewhere`);

      await chat.say(conversation, 'Hello.');
      await world().quiet();

      expect(seen).toEqual([]);
      expect(await answersIn(conversation)).toHaveLength(1);
    });
  });

  describe(`${chat.name}: what was said, and what is secret`, () => {
    it('is in no line that was printed from the start', async () => {
      const conversation = newConversation();
      chat.failDelivery('before', 3);
      await chat.say(conversation, `My ${CANARIES[0]} ${CANARIES[1]}, my ${CANARIES[2]}.`);
      await world().quiet();
      world().claude.script({ status: 401, times: 'forever' });
      await chat.say(conversation, `And the ${CANARIES[3]}.`);
      await chat.sayAsTeam?.(conversation, `A ${CANARIES[4]}.`);
      await world().quiet();
      const { body, forged } = trial();
      await post(body.replace('test webhook', CANARIES[0] ?? ''), forged);
      for (const garbage of [`{"${CANARIES[1]}`, ...spoilt(body, [CANARIES[2]])])
        await post(garbage, chat.sign(garbage));
      await world().quiet();

      const values = Object.values(chat.settings('')).flatMap((value) => value.split(','));
      const secrets = values.filter((value) => value.length >= 6 && !value.startsWith('http'));
      const forbidden = [...CANARIES, ...secrets].map((text) => text.toLowerCase());
      // The id of a message is what its lines are found by.
      const lines = printed().texts.map((text) => text.toLowerCase().replaceAll(`"inbound":"${CANARIES[2]}"`, ''));
      expect(lines.join('')).toContain('reply-delivered');
      expect(forbidden.filter((text) => lines.some((line) => line.includes(text)))).toEqual([]);
    });
  });
}

/** `body` again and again, each time with another one of its fields replaced by one of `values`, or left out for `undefined`. */
function* spoilt(body: string, values: readonly unknown[]): Generator<string> {
  for (const path of paths(JSON.parse(body))) {
    for (const value of values) {
      const copy = JSON.parse(body);
      const parent = path.slice(0, -1).reduce((node, key) => node[key], copy);
      parent[path.at(-1) ?? ''] = value;
      yield JSON.stringify(copy);
    }
  }
}

function paths(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...paths(inner).map((path) => [key, ...path])]);
}
