/** What strangers may send to the webhooks' doors: nothing of it gets in, breaks anything, or keeps others waiting. */
import { readFileSync } from 'node:fs';
import type { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { type PostHandler, postDoor } from '../../lib/app/doors/post-door.ts';
import { botpressDialect } from '../../lib/platforms/botpress/dialect.ts';
import { talkjsDialect } from '../../lib/platforms/talkjs/dialect.ts';
import { openTurnsQueue } from '../../lib/queue.ts';
import { receive } from '../../lib/turn/receive.ts';
import type { Dialect, Inbound } from '../../lib/types.ts';
import { SECRET } from '../harness/promises/clouds.ts';
import { countSteps } from '../harness/promises/mortal.ts';
import { signTalkjs } from '../harness/promises/storm-chats.ts';
import { openWorld } from '../harness/promises/virtual-world.ts';
import fc from '../harness/property.ts';
import { sized } from '../harness/size.ts';

const NOW = 1_755_500_000_000;
const TOLERANCE_SECONDS = 300;

/** Of each kind; those of the proof are what the documentation says. */
const FORGERIES = sized({ sample: 2_000, all: 20_000, proof: 100_000 });
const STRUCTURED = sized({ sample: 500, all: 5_000, proof: 20_000 });

interface Attack {
  headers: Record<string, string | undefined>;
  body: Buffer;
}

interface Target {
  name: string;
  dialect: Dialect;
  /** Signed as the platform signs. */
  sign(body: Buffer, at?: number): Attack['headers'];
  genuine: unknown;
}

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));

const talkjs: Target = {
  name: 'TalkJS',
  dialect: talkjsDialect({ webhookSecrets: [SECRET], botId: 'claude', toleranceSeconds: TOLERANCE_SECONDS }),
  sign: (body, at = NOW) => ({ 'x-talkjs-timestamp': `${at}`, 'x-talkjs-signature': signTalkjs(body, at, SECRET) }),
  genuine: fixture('talkjs-message-sent.json'),
};
const botpress: Target = {
  name: 'Botpress',
  dialect: botpressDialect({ webhookSecret: SECRET, botUserId: 'claude' }),
  sign: () => ({ 'x-secret-key': SECRET }),
  genuine: fixture('botpress-messages.json').text,
};
const TARGETS = [talkjs, botpress];

/** A door that is the real one but for the queue, which is as strict as SQS. */
function doorOf({ dialect }: Target, now = NOW) {
  const kept: Inbound[] = [];
  const { put } = openTurnsQueue(strictSqs(), 'queue');
  const keep = async (inbound: Inbound) => {
    await put(inbound);
    kept.push(inbound);
  };
  const deps = { dialect, put: keep, now: () => now, log: () => {} };
  const handler: PostHandler = postDoor(async () => deps, receive);
  return { handler, kept, receive: (request: Attack) => receive(deps, request) };
}

const LEGAL_BODY = /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u;
const LEGAL_ID = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;

function strictSqs(): SQSClient {
  const send = async (command: SendMessageCommand) => {
    const { MessageBody = '', MessageGroupId = '', MessageDeduplicationId = '' } = command.input;
    const isLegal =
      LEGAL_BODY.test(MessageBody) && LEGAL_ID.test(MessageGroupId) && LEGAL_ID.test(MessageDeduplicationId);
    if (!isLegal || Buffer.byteLength(MessageBody) > 1_048_576) throw new Error('SQS does not take that');
    return {};
  };
  return { send } as unknown as SQSClient;
}

function eventOf({ headers, body }: Attack, isBase64Encoded = true, method = 'POST') {
  const text = body.toString(isBase64Encoded ? 'base64' : 'utf8');
  return {
    headers,
    body: text,
    isBase64Encoded,
    requestContext: { http: { method } },
  } as unknown as APIGatewayProxyEventV2;
}

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

/** A change of bytes: somewhere one is replaced, taken out or put in. */
const byteChange = fc.record({
  at: fc.nat(),
  byte: fc.integer({ min: 0, max: 255 }),
  how: fc.constantFrom('replace' as const, 'remove' as const, 'insert' as const),
});

function changed(bytes: Buffer, { at, byte, how }: { at: number; byte: number; how: 'replace' | 'remove' | 'insert' }) {
  const place = at % (bytes.length + 1);
  const rest = bytes.subarray(how === 'insert' ? place : place + 1);
  return Buffer.concat([bytes.subarray(0, place), ...(how === 'remove' ? [] : [Buffer.from([byte])]), rest]);
}

describe('a forged webhook', () => {
  it(`of TalkJS is refused, whatever was changed in a genuine one (${FORGERIES} forgeries)`, async () => {
    const body = bytesOf(talkjs.genuine);
    const genuine = talkjs.sign(body);
    const door = doorOf(talkjs);
    let forgeries = 0;

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('body', 'x-talkjs-timestamp', 'x-talkjs-signature'),
        byteChange,
        async (part, change) => {
          const attack =
            part === 'body'
              ? { headers: genuine, body: changed(body, change) }
              : {
                  headers: {
                    ...genuine,
                    [part]: changed(Buffer.from(genuine[part] ?? '', 'latin1'), change).toString('latin1'),
                  },
                  body,
                };
          // Hexadecimal digits may be of either case.
          const isGenuine =
            attack.body.equals(body) &&
            attack.headers['x-talkjs-timestamp'] === genuine['x-talkjs-timestamp'] &&
            attack.headers['x-talkjs-signature']?.toUpperCase() === genuine['x-talkjs-signature'];
          if (isGenuine) return;
          forgeries++;
          expect((await door.receive(attack)).status).toBe(401);
        },
      ),
      { numRuns: FORGERIES, seed: 11 },
    );

    expect(door.kept).toEqual([]);
    expect(forgeries).toBeGreaterThan(FORGERIES * 0.98);
  });

  it(`of Botpress is refused, whatever was changed in the secret (${FORGERIES} forgeries)`, async () => {
    const body = bytesOf(botpress.genuine);
    const door = doorOf(botpress);

    await fc.assert(
      fc.asyncProperty(byteChange, async (change) => {
        const secret = changed(Buffer.from(SECRET), change).toString('latin1');
        if (secret === SECRET) return;
        expect((await door.receive({ headers: { 'x-secret-key': secret }, body })).status).toBe(401);
      }),
      { numRuns: FORGERIES, seed: 12 },
    );

    expect(door.kept).toEqual([]);
  });

  it('is refused without headers, and with several at once', async () => {
    const body = bytesOf(talkjs.genuine);
    const signature = talkjs.sign(body)['x-talkjs-signature'] ?? '';
    const headers: Attack['headers'][] = [
      {},
      { 'x-talkjs-timestamp': `${NOW}` },
      { 'x-talkjs-signature': signature },
      // API Gateway joins repeated headers with commas.
      { 'x-talkjs-timestamp': `${NOW},${NOW}`, 'x-talkjs-signature': `${signature},${signature}` },
      { 'x-talkjs-timestamp': `${NOW}`, 'x-talkjs-signature': `${'0'.repeat(64)},${signature}` },
    ];

    const answers = await Promise.all(
      headers.map((one) => doorOf(talkjs).handler(eventOf({ headers: { ...one }, body }))),
    );

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401, 401]);
  });
});

describe('a genuine webhook that is sent again', () => {
  it.each([
    [-299, 200],
    [299, 200],
    [-301, 401],
    [301, 401],
  ])('%i seconds later is answered %i', async (seconds, status) => {
    const body = bytesOf(talkjs.genuine);
    const inMs = { headers: talkjs.sign(body), body };
    const inSeconds = { headers: talkjs.sign(body, NOW / 1000), body };

    const door = doorOf(talkjs, NOW + seconds * 1000);
    const answers = [await door.receive(inMs), await door.receive(inSeconds)];

    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
  });

  it('inside the window is one message to the queue, at both doors', async () => {
    for (const target of TARGETS) {
      const world = openWorld(countSteps(() => undefined));
      const { put } = world.turnsQueueOf(countSteps(() => undefined).start());
      const body = bytesOf(target.genuine);
      const request = { headers: target.sign(body, world.now()), body };
      const deps = { dialect: target.dialect, put, now: world.now, log: world.log };

      const first = await receive(deps, request);
      world.pass(299_000);
      const again = await receive(deps, request);

      expect([first.status, again.status]).toEqual([200, 200]);
      expect(world.turns.size()).toBe(1);
    }
  });
});

describe('any characters', () => {
  it('are the same message in base64 and as text', async () => {
    const texts = ['Grüße 👋', '日本語', '\u202e\u0000\ufffe', '🇺🇳'.repeat(400)];
    for (const target of TARGETS) {
      for (const text of texts) {
        const body = Buffer.from(
          JSON.stringify(target.genuine).replaceAll(/"(Hello|Grüße, Claude 👋)"/g, () => JSON.stringify(text)),
        );
        const door = doorOf(target);
        const attack = { headers: target.sign(body), body };

        const answers = [await door.handler(eventOf(attack, true)), await door.handler(eventOf(attack, false))];

        expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
        expect(door.kept.map((inbound) => 'text' in inbound && inbound.text)).toEqual([text, text]);
      }
    }
  });
});

/** The places of a JSON value, as paths. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  const isBranch = typeof value === 'object' && value !== null;
  const below = isBranch ? Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...path, name])) : [];
  return path.length > 0 ? [[...path], ...below] : below;
}

function withAt(value: unknown, [name = '', ...rest]: readonly string[], next: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.assign<object, object>(Array.isArray(value) ? [] : {}, value) as Record<string, unknown>;
  copy[name] = rest.length === 0 ? next : withAt(copy[name], rest, next);
  return copy;
}

const junk = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    'x'.repeat(2_000),
    -1,
    1e308,
    1_755_500_000_000.5,
    '../..',
    '__proto__',
    [[]],
    {},
  ),
);

const strangeHeaders = fc.dictionary(
  fc.oneof(
    fc.constantFrom('x-talkjs-timestamp', 'x-talkjs-signature', 'x-secret-key', 'X-TALKJS-SIGNATURE'),
    fc.string(),
  ),
  fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
);

describe.each(TARGETS.map((target) => [target.name, target] as const))(
  'whatever comes to the door of %s',
  (_name, target) => {
    const PASSABLE = [200, 400, 401, 405, 413];

    it('unsigned is refused without a crash', async () => {
      const { handler, kept } = doorOf(target);

      await fc.assert(
        fc.asyncProperty(
          strangeHeaders,
          fc.uint8Array({ maxLength: 400 }),
          fc.boolean(),
          fc.constantFrom('POST', 'GET', 'PUT', 'OPTIONS', ''),
          async (headers, bytes, isBase64, method) => {
            const { statusCode } = await handler(eventOf({ headers, body: Buffer.from(bytes) }, isBase64, method));
            expect([401, 405]).toContain(statusCode);
          },
        ),
        { numRuns: STRUCTURED, seed: 13 },
      );

      expect(kept).toEqual([]);
    });

    it('signed, but bent out of shape, is taken or refused, never 5xx, and never more than the worker can digest', async () => {
      const places = placesIn(target.genuine);
      const { handler, kept } = doorOf(target);
      const statuses = new Map<number, number>();

      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom(...places), junk), { minLength: 1, maxLength: 3 }),
          async (bends) => {
            const bent = bends.reduce<unknown>((value, [path, next]) => withAt(value, path, next), target.genuine);
            const body = bytesOf(bent);
            const { statusCode = 0 } = await handler(eventOf({ headers: target.sign(body), body }));
            statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
            expect(PASSABLE).toContain(statusCode);
          },
        ),
        { numRuns: STRUCTURED, seed: 14 },
      );

      const world = openWorld(
        countSteps(() => undefined),
        { batchSize: 10 },
      );
      const { put } = world.turnsQueueOf(countSteps(() => undefined).start());
      const sample = kept.filter((_, i) => i % 8 === 0);
      for (const inbound of sample) await put(inbound);
      await world.drain(() => ({ deliver: async () => ['id'] }));
      expect(statuses.get(400)).toBeGreaterThan(STRUCTURED / 100);
      expect(sample.length).toBeGreaterThan(STRUCTURED / 100);
      expect(world.lines.filter((line) => line.includes('given-back'))).toEqual([]);
      expect(world.deadLetters.size()).toBe(0);
    });

    it('of any size is refused by its size', async () => {
      const body = Buffer.alloc(300_000, '{');

      const { statusCode } = await doorOf(target).handler(eventOf({ headers: target.sign(body), body }));

      expect(statusCode).toBe(413);
    });

    it('as full as it may be still fits into the queue', async () => {
      const [text] = JSON.stringify(target.genuine).match(/Hello|Grüße, Claude 👋/) ?? [];
      const full = JSON.stringify(target.genuine).replace(text ?? '', '👋'.repeat(60_000));
      const body = Buffer.from(full);

      const { statusCode } = await doorOf(target).handler(eventOf({ headers: target.sign(body), body }));

      expect(statusCode).toBe(200);
    });
  },
);
