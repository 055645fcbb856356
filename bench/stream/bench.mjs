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
  const ways = [
    { name: 'the SDK directly', ask: () => sdk.ask('ask', REQUEST), times: {} },
    { name: '/chat', ask: () => client.ask('ask', chat.ready.url), times: {} },
    { name: '/chat, with the default limits', ask: () => client.ask('ask', limited.ready.url), times: {} },
  ];
  await fakes.ask('pace', { awsMs: 0, firstMs: 0, wordMs: 0 });
  for (let round = 0; round < WARM_UP_ROUNDS; round++) for (const { ask } of ways) await ask();
  for (const awsMs of AWS_MS) {
    await fakes.ask('pace', { ...PACE, awsMs });
    for (const way of ways) way.times[awsMs] = [];
    for (let round = 0; round < ROUNDS; round++)
      for (const { ask, times } of shuffled(ways)) times[awsMs].push(await ask());
  }
  await Promise.all([sdk, client, chat, limited].map((child) => child.kill()));
  await fakes.ask('pace', { words: 12 });
  return report(ways);
}

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
