/** 2. What a turn costs beside Claude's own time. */
import path from 'node:path';
import { dist } from '../measure/build.mjs';
import { start } from '../measure/children.mjs';
import { median, ratios, shuffled, spread, table } from '../measure/figures.mjs';
import { DEFAULT_LIMITS } from '../measure/surroundings.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const AWS_MS = [0, 5];
/** Turns of one round, of which the median counts. */
const TURNS = 15;
const WARM_UP_TURNS = 150;

const VARIANTS = [
  { name: 'ours', bundle: 'ours/reply.mjs' },
  { name: 'ours, with the default limits', bundle: 'ours/reply.mjs', settings: DEFAULT_LIMITS },
  { name: 'one after the other', bundle: 'peers/naive.mjs' },
];

export async function benchTurn({ fakes, env }) {
  await fakes.ask('pace', { awsMs: 0, firstMs: 0, wordMs: 0, words: 200 });
  const file = new URL('worker.mjs', import.meta.url);
  const variants = await Promise.all(
    VARIANTS.map(async ({ name, bundle, settings }) => {
      const child = await start(file, { args: [path.join(dist, bundle)], env: { ...env, ...settings } });
      return { name, child, rounds: Object.fromEntries(AWS_MS.map((ms) => [ms, []])) };
    }),
  );
  for (const { child } of variants) await child.ask('turns', WARM_UP_TURNS);
  await fakes.ask('calls');
  for (const variant of variants) {
    await variant.child.ask('turns', 1);
    variant.calls = await fakes.ask('calls');
    if (variant.calls.claude !== 1 || variant.calls.talkjs !== 1)
      throw new Error('a turn is one answer, asked for once and sent once');
  }
  for (const awsMs of AWS_MS) {
    await fakes.ask('pace', { awsMs });
    for (let round = 0; round < ROUNDS; round++) {
      for (const { child, rounds } of shuffled(variants)) {
        const { times, cpuUs } = await child.ask('turns', TURNS);
        rounds[awsMs].push({ ms: median(times), cpuMs: cpuUs / 1000 });
      }
    }
  }
  for (const { child } of variants) await child.kill();
  await fakes.ask('pace', { words: 12 });
  return report(variants);
}

function report(variants) {
  const [ours, limited, naive] = variants;
  const of = ({ rounds }, awsMs, figure) => rounds[awsMs].map((round) => round[figure]);
  const row = (label, one, figure) => [
    label,
    ...AWS_MS.map((awsMs) => spread(ratios(of(naive, awsMs, figure), of(one, awsMs, figure)), 2)),
  ];
  return {
    title: "2. Turn overhead, without Claude's time",
    text: [
      table(
        ['one after the other / ours', ...AWS_MS.map((ms) => `${ms} ms per AWS call`)],
        [
          row('ms', ours, 'ms'),
          row('CPU', ours, 'cpuMs'),
          row('ms, ours with limits', limited, 'ms'),
          row('CPU, ours with limits', limited, 'cpuMs'),
        ],
      ),
      table(
        ['worker', 'AWS calls', ...AWS_MS.flatMap((ms) => [`ms at ${ms} ms`, `CPU ms at ${ms} ms`])],
        variants.map((variant) => [
          variant.name,
          awsCalls(variant.calls),
          ...AWS_MS.flatMap((awsMs) => [spread(of(variant, awsMs, 'ms')), spread(of(variant, awsMs, 'cpuMs'))]),
        ]),
      ),
      'Each turn reads a window of 20 turns, asks Claude once (200 deltas at once), is logged for Reconify and posted to TalkJS.',
      WHY,
    ],
    targets: [
      {
        name: 'a turn with all limits, without Claude',
        target: '≤ 12 ms',
        value: `${spread(of(limited, 0, 'ms'))} ms`,
        met: median(of(limited, 0, 'ms')) <= 12,
      },
      {
        name: 'AWS calls of a turn with all limits',
        target: '≤ 8',
        value: String(totalOf(limited.calls)),
        met: totalOf(limited.calls) <= 8,
      },
    ],
  };
}

/** From CPU profiles of the worker, and from what the calls are for. */
const WHY = [
  'A call costs about 0.9 ms, nearly all of it CPU: 0.3 in the middleware of the SDK, 0.3 in the system call that sends it, the rest in signing,',
  'HTTP and the collection of what all of that leaves behind. Seven are the turn itself: how long its message stays hidden, the window, the claim, whether its user was',
  'forgotten or is blocked (to be read behind the claim, or a user who is being forgotten is answered once more), the record, the answer, its end.',
  'Four are the limits: what the answer may cost is set aside for the user and for all, in two items as no item can be both, and each is put right',
  'when the cost is known. To put it right with the next turn would save two calls, and show and refuse users by estimates until then.',
  'Write units are 9 with limits and 5 without, counted by `test/flow/scale-counts.test.ts` and `capacity.test.ts`.',
].join('\n');

function totalOf({ claude: _, talkjs: __, ...aws }) {
  return Object.values(aws).reduce((sum, count) => sum + count, 0);
}

function awsCalls({ claude: _, talkjs: __, ...aws }) {
  return `${totalOf(aws)}: ${Object.entries(aws)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')}`;
}
