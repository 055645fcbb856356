/** 7. A burst: many conversations at once, and what is left in memory after many turns. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dist } from '../measure/build.mjs';
import { start } from '../measure/children.mjs';
import { median, spread, table } from '../measure/figures.mjs';

const CONVERSATIONS = 200;
const MESSAGES = 5;
const CLAUDE_MS = 2_000;
const CONCURRENCY = 50;
const IDEAL_S = (CONVERSATIONS * MESSAGES * CLAUDE_MS) / CONCURRENCY / 1000;
/** Of an invocation (ms). */
const LIMIT_MS = 60_000;
const BURSTS = 3;
const MEMORY_TURNS = [1_000, 5_000, 10_000, 15_000, 20_000];

export async function benchBurst({ fakes, env }) {
  const wallS = [];
  for (let n = 0; n < BURSTS; n++) wallS.push(await burst({ fakes, env }));
  return report(wallS, await memory({ fakes, env }));
}

async function burst({ fakes, env }) {
  await fakes.ask('pace', { awsMs: 0, firstMs: CLAUDE_MS, wordMs: 0, words: 12 });
  const aws = await start(new URL('../measure/aws.mjs', import.meta.url), { env });
  await aws.ask('enqueue', CONVERSATIONS, MESSAGES);
  await fakes.ask('calls');
  const args = [path.join(dist, 'ours/reply.mjs'), String(CONCURRENCY), String(LIMIT_MS)];
  const began = performance.now();
  const worker = await start(new URL('../promise/worker.mjs', import.meta.url), {
    args,
    env: { ...env, ...aws.ready.env },
  });
  while ((await worker.ask('answered')) < CONVERSATIONS * MESSAGES) await sleep(50);
  const wallS = (performance.now() - began) / 1000;
  const { claude, talkjs } = await fakes.ask('calls');
  if (claude !== CONVERSATIONS * MESSAGES || talkjs !== claude)
    throw new Error(`${claude} calls of Claude, ${talkjs} answers`);
  await Promise.all([worker.kill(), aws.kill()]);
  return wallS;
}

async function memory({ fakes, env }) {
  await fakes.ask('pace', { firstMs: 0 });
  const args = [path.join(dist, 'ours/reply.mjs')];
  const worker = await start(new URL('../turn/worker.mjs', import.meta.url), { args, env, execArgv: ['--expose-gc'] });
  const taken = [];
  let done = 0;
  for (const turns of MEMORY_TURNS) {
    taken.push({ turns, ...(await worker.ask('memoryAfter', turns - done)) });
    done = turns;
  }
  await worker.kill();
  return taken;
}

function report(wallS, taken) {
  const overIdeal = wallS.map((seconds) => seconds / IDEAL_S);
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  return {
    title: '7. Burst and memory',
    text: [
      table(
        ['burst', 'wall / ideal', 'wall s', 'ideal s'],
        [
          [
            `${CONVERSATIONS} conversations × ${MESSAGES} messages, Claude ${CLAUDE_MS / 1000} s, ${CONCURRENCY} at once`,
            spread(overIdeal, 3),
            spread(wallS),
            IDEAL_S,
          ],
        ],
      ),
      "The median of three bursts, the shortest and the longest, each from the start of the worker's process. Each message is a turn of its own here: the emulated queue hands out one of a conversation at a time.",
      table(
        ['after', 'heap MB', 'outside the heap MB', 'RSS MB'],
        taken.map(({ turns, heapUsed, external, rss }) => [
          `${turns.toLocaleString('en')} turns`,
          mb(heapUsed),
          mb(external),
          mb(rss),
        ]),
      ),
    ],
    targets: [
      { name: 'burst: wall time / ideal', target: '≤ 1.1', value: spread(overIdeal, 3), met: median(overIdeal) <= 1.1 },
    ],
  };
}
