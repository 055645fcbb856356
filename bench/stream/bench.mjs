/** 5. Streaming: time to the first delta and in all, through /chat and with the SDK directly. */
import path from 'node:path';
import { dist } from '../measure/build.mjs';
import { start } from '../measure/children.mjs';
import { median, shuffled, spread, table } from '../measure/figures.mjs';
import { DEFAULT_LIMITS } from '../measure/surroundings.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 30);
const WARM_UP_ROUNDS = 60;
const AWS_MS = [0, 5];
/** Claude: first word after 200 ms, then one every 10 ms. */
const PACE = { firstMs: 200, wordMs: 10, words: 30 };
const REQUEST = {
  model: 'claude-haiku-5-5',
  max_tokens: 2048,
  messages: [{ role: 'user', content: 'Where is my order?' }],
};

export async function benchStream({ fakes, env }) {
  const file = (name) => new URL(name, import.meta.url);
  const bundle = path.join(dist, 'ours/chat.mjs');
  const [sdk, client, chat, limited] = await Promise.all([
    start(file('sdk.mjs'), { env }),
    start(file('client.mjs')),
    start(file('chat.mjs'), { args: [bundle], env }),
    start(file('chat.mjs'), { args: [bundle], env: { ...env, ...DEFAULT_LIMITS, USER_MESSAGES_PER_MINUTE: '100000' } }),
  ]);
  const through = ({ ready }) => client.ask('ask', ready.url);
  const ways = [
    { name: 'the SDK directly', ask: () => sdk.ask('ask', REQUEST), server: sdk, times: {} },
    { name: '/chat', ask: () => through(chat), server: chat, times: {} },
    { name: '/chat, with the default limits', ask: () => through(limited), server: limited, times: {} },
  ];
  await fakes.ask('pace', { awsMs: 0, firstMs: 0, wordMs: 0 });
  for (let round = 0; round < WARM_UP_ROUNDS; round++) for (const { ask } of ways) await ask();
  for (const awsMs of AWS_MS) {
    await fakes.ask('pace', { ...PACE, awsMs });
    for (const way of ways) way.times[awsMs] = [];
    for (let round = 0; round < ROUNDS; round++)
      for (const { ask, server, times } of shuffled(ways))
        times[awsMs].push({ ...(await ask()), ...(await server.ask('reached')) });
  }
  await Promise.all([sdk, client, chat, limited].map((child) => child.kill()));
  await fakes.ask('pace', { words: 12 });
  return report(ways);
}

/** Where the time to the first delta goes: what each part is called, and its ms. */
const PARTS = [
  ['the HTTP server in between', ({ first, passedOn = first }) => first - passedOn],
  ['the request read, AWS calls made', ({ awsAsked = 0 }) => awsAsked],
  ['AWS', ({ awsAsked = 0, awsAnswered = awsAsked }) => awsAnswered - awsAsked],
  ['history read, Claude asked', ({ awsAnswered = 0, claudeAsked }) => claudeAsked - awsAnswered],
  ['Claude', ({ claudeAsked, claudeBegan }) => claudeBegan - claudeAsked],
  ['the first delta passed on', ({ first, passedOn = first, claudeBegan }) => passedOn - claudeBegan],
];

/** From CPU profiles of the function, cut to the time before Claude is asked. */
const WHY = [
  'What is above the target is the price of a table and of a door. The profile is flat: of the 2 ms until the calls are out, signing',
  'takes 0.24 ms, serialising 0.2, the HMACs 0.15, the system calls that send them 0.25, the middleware of the AWS SDK the rest, no',
  'function of it above 0.07. One HTTP server more in between costs 1 ms, whatever it does. Asking Claude before the table has said',
  'that the session is free would hide 2 ms of it, and pay for answers that nobody may be given. The fourth call costs 1 ms, and must not be made',
  'sooner: what is claimed before it is seen by whoever is just forgetting the user, and what is claimed after it would stay.',
].join('\n');

function report(ways) {
  const [sdk, ...ours] = ways;
  const of = ({ times }, awsMs, figure) => times[awsMs].map((time) => time[figure]);
  const over = (way, awsMs, figure) => of(way, awsMs, figure).map((ms, round) => ms - of(sdk, awsMs, figure)[round]);
  const cells = (awsMs) =>
    ours.map((way) => [
      `${way.name}, ${awsMs} ms per AWS call`,
      spread(over(way, awsMs, 'first')),
      spread(over(way, awsMs, 'total')),
    ]);
  const first = over(ours[0], 0, 'first');
  return {
    title: '5. Streaming',
    text: [
      table(['ms more than the SDK directly', 'to the first delta', 'in all'], AWS_MS.flatMap(cells)),
      table(
        ['way', 'ms per AWS call', 'first delta ms', 'in all ms'],
        ways.flatMap((way) =>
          AWS_MS.map((awsMs) => [way.name, awsMs, spread(of(way, awsMs, 'first')), spread(of(way, awsMs, 'total'))]),
        ),
      ),
      'Where the time to the first delta goes, ms at 0 ms per AWS call. Three AWS calls are made at once: claim, session, history of 20 turns. Behind the claim comes a fourth: whether its user was forgotten or is blocked.',
      table(
        ['part', ...ways.map(({ name }) => name)],
        PARTS.map(([name, ms]) => [name, ...ways.map(({ times }) => spread(times[0].map(ms), 2))]),
      ),
      WHY,
    ],
    targets: [
      {
        name: 'first delta through /chat, more than the SDK',
        target: '≤ 5 ms p50',
        value: `${spread(first)} ms`,
        met: median(first) <= 5,
      },
    ],
  };
}
