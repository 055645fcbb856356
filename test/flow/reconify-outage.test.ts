/** Who gets records is away in every way there is, for hundreds of turns: every answer goes out, and every record arrives once when they are back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OtlpFault } from '../../local/stand-ins/otlp.ts';
import type { ReconifyFault } from '../../local/stand-ins/reconify.ts';
import { hearLines } from '../harness/hear-lines.ts';
import { type LogWorld, openLogWorld } from '../harness/reconify-world.ts';
import { sized } from '../harness/size.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

/** Of both at once, each in its own way. */
const FAULTS: [ReconifyFault, OtlpFault][] = [
  [{ kind: 'down' }, { kind: 'busy' }],
  [{ kind: 'hang' }, { kind: 'hang' }],
  [{ kind: 'busy' }, { kind: 'cut' }],
  [{ kind: 'not-ok' }, { kind: 'slow' }],
  [{ kind: 'cut' }, { kind: 'down' }],
];
const TURNS_PER_FAULT = sized({ sample: 20, all: 40, proof: 100 });

const chat = talkjsChat();
let logs: LogWorld;
let world: World;

const lines: string[] = [];

beforeAll(async () => {
  hearLines((line) => lines.push(line));
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void lines.push(words.map(String).join(' ')));
  }
  logs = await openLogWorld({}, { withOtlp: true });
  world = await openWorld(chat, { TABLE_NAME: logs.table });
});
afterAll(async () => {
  await Promise.all([world.close(), logs.close()]);
  vi.restoreAllMocks();
});

it('loses and doubles nothing, and says nothing of what is in the records', async () => {
  const turns = FAULTS.length * TURNS_PER_FAULT;
  let delivering: Promise<void> | undefined;
  // A queue that is empty for a moment ends it.
  const goOn = () => {
    delivering ??= logs.drain({ lanes: 3 }).finally(() => {
      delivering = undefined;
    });
  };

  for (const [i, [fault, otlpFault]] of FAULTS.entries()) {
    const posts = logs.reconify.posts();
    const exports = logs.otlp.headers.length;
    logs.reconify.fail(fault);
    logs.otlp.fail(otlpFault);
    const said = Array.from({ length: TURNS_PER_FAULT }, (_, n) => `This is message ${i * TURNS_PER_FAULT + n}`);
    await Promise.all(said.map((text) => chat.say(text.replaceAll(' ', '-'), text)));
    await world.quiet();
    while (logs.reconify.posts() < posts + 10 || logs.otlp.headers.length < exports + 10) {
      goOn();
      await sleep(20);
    }
  }
  const taken = logs.reconify.records.length;
  logs.reconify.heal();
  logs.otlp.heal();
  await delivering;
  await logs.drain();

  const texts = logs.reconify.records.map(
    ({ payload }) => /This is message \d+/.exec(JSON.stringify(payload.request))?.[0],
  );
  expect(world.claude.requests).toHaveLength(turns);
  expect(taken).toBeLessThan(turns / 2);
  expect(logs.reconify.records).toHaveLength(turns);
  expect(new Set(logs.reconify.records.map(({ id }) => id)).size).toBe(turns);
  expect(new Set(texts).size).toBe(turns);
  const spans = logs.otlp.spans();
  expect(spans).toHaveLength(turns);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(turns);
  expect(await logs.buried()).toEqual([]);
  const last = await chat.transcript(`This-is-message-${turns - 1}`);
  expect(last.map(({ isBot }) => isBot)).toEqual([false, true]);

  const said = lines.join('\n');
  expect(said).toContain('record-given-back');
  for (const secret of ['This is message', 'offline Claude', 'app-key-0123', 'api-key-4567', '@example']) {
    expect(said).not.toContain(secret);
  }
});

it('lets nobody wait for one that never answers', async () => {
  logs.otlp.fail({ kind: 'hang' });
  const asked = logs.otlp.headers.length;
  const before = logs.reconify.records.length;
  const said = Array.from({ length: 100 }, (_, n) => chat.say(`unheard-${n}`, 'Hello'));
  await Promise.all(said);
  await world.quiet();

  const delivering = logs.drain({ lanes: 2 });
  while (logs.reconify.records.length < before + said.length) await sleep(20);

  // As many as were on their way when the first of them had been waited for.
  expect(logs.otlp.headers.length - asked).toBeLessThanOrEqual(40);
  logs.otlp.heal();
  await delivering;
  expect(await logs.buried()).toEqual([]);
});
