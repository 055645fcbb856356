/** 1. Webhook ack: requests a second, p99 and CPU per ack. */
import { start } from '../measure/children.mjs';
import { median, quantile, ratios, shuffled, spread, table } from '../measure/figures.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const CONNECTIONS = [8, 64];
const BURST_MS = 400;
/** Claude takes 1 s: a burst must be longer than that. */
const SLOW_BURST_MS = 1_200;

const OURS = 'ours';
const OURS_CORE = 'ours, no queue';
const TUTORIAL = 'Express, awaits Claude';
const EXPRESS = 'Express, one SQS call';
const EXPRESS_CORE = 'Express, no queue';
const FLOOR = 'node:http, nothing else';
const NAMES = [OURS, EXPRESS, TUTORIAL, OURS_CORE, EXPRESS_CORE, FLOOR];

export async function benchAck({ fakes, env }) {
  await fakes.ask('pace', { awsMs: 0, firstMs: 1_000, wordMs: 0 });
  const load = await start(new URL('load.mjs', import.meta.url));
  const servers = await Promise.all(
    NAMES.map(async (name) => ({
      name,
      child: await start(new URL('servers.mjs', import.meta.url), { args: [name], env }),
    })),
  );
  const taken = servers.flatMap((server) => CONNECTIONS.map((connections) => ({ ...server, connections, rounds: [] })));
  for (const variant of taken) if (variant.name !== TUTORIAL) await burst(load, { ...variant, ms: 1_500 });
  await fakes.ask('calls');
  await burst(load, { ...taken.find(({ name }) => name === OURS), ms: 100 }).then(async ({ acks }) => {
    const { SendMessage, ...others } = await fakes.ask('calls');
    if (SendMessage !== acks || Object.keys(others).length > 0) throw new Error('an ack is more than one AWS call');
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const variant of shuffled(taken)) {
      const ms = variant.name === TUTORIAL ? SLOW_BURST_MS : BURST_MS;
      variant.rounds.push(await burst(load, { ...variant, ms }));
    }
  }
  const invoked = await benchInvocations(env);
  await Promise.all([load, ...servers.map(({ child }) => child)].map((child) => child.kill()));
  return report(taken, invoked);
}

const INVOCATIONS = ['ours', 'ours and its log line', 'Express behind serverless-http'];
const TIMES = 2_000;

/** The functions alone, as Lambda calls them. */
async function benchInvocations(env) {
  const child = await start(new URL('invocations.mjs', import.meta.url), { env });
  const costs = Object.fromEntries(INVOCATIONS.map((name) => [name, []]));
  for (const name of INVOCATIONS) await child.ask('cost', name, 2 * TIMES);
  for (let round = 0; round < ROUNDS; round++)
    for (const name of shuffled(INVOCATIONS)) costs[name].push(await child.ask('cost', name, TIMES));
  await child.kill();
  return costs;
}

async function burst(load, { child, connections, ms }) {
  const before = await child.ask('cpuUs');
  const { latencies, seconds } = await load.ask('burst', { port: child.ready.port, connections, ms });
  const spent = (await child.ask('cpuUs')) - before;
  const acks = latencies.length;
  return { acks, perSecond: acks / seconds, p50: median(latencies), p99: quantile(latencies, 0.99), cpu: spent / acks };
}

/** From CPU profiles of the function, and from its parts one by one. */
const WHY = [
  'HMAC and JSON.parse, which both need, are nearly half of ours (4 and 4.1 of some 18 µs). What Express does not do here is to count depth and lists of the',
  'body before it is parsed (1.5 µs), to hold what anybody may send against a schema (5), and the log label (0.8). The classic schemas of zod compile',
  'themselves, which would save 1.8 µs a webhook and cost every cold start 2 ms; what they compile to is a closure, which no build can write down.',
].join('\n');

function report(taken, invoked) {
  const of = (name, connections, figure) =>
    taken.find((one) => one.name === name && one.connections === connections).rounds.map((round) => round[figure]);
  const compared = CONNECTIONS.map((connections) => ({
    connections,
    core: ratios(of(EXPRESS_CORE, connections, 'cpu'), of(OURS_CORE, connections, 'cpu')),
    whole: ratios(of(EXPRESS, connections, 'cpu'), of(OURS, connections, 'cpu')),
    net: of(EXPRESS_CORE, connections, 'cpu').map(
      (cpu, i) =>
        (cpu - of(FLOOR, connections, 'cpu')[i]) /
        (of(OURS_CORE, connections, 'cpu')[i] - of(FLOOR, connections, 'cpu')[i]),
    ),
    rate: ratios(of(OURS, connections, 'perSecond'), of(EXPRESS, connections, 'perSecond')),
    tutorial: ratios(of(OURS, connections, 'perSecond'), of(TUTORIAL, connections, 'perSecond')),
  }));
  const [bare, logging, express] = INVOCATIONS.map((name) => invoked[name]);
  const verified = ratios(express, bare);
  return {
    title: '1. Webhook ack',
    text: [
      'Verify + parse on Lambda: CPU of one invocation, event in, answer out, nothing behind it.',
      table(
        ['function', 'CPU µs', 'Express / this'],
        [
          ['ours', spread(bare), spread(verified, 2)],
          ['ours and its log line', spread(logging), spread(ratios(express, logging), 2)],
          ['the Express receiver behind serverless-http', spread(express), '1'],
        ],
      ),
      WHY,
      'Over HTTP, where both stand behind node:http; ours needs a bridge there that makes the events of API Gateway. What both spend most on is the system call that sends the answer and wakes the sender.',
      table(
        ['ratio', ...CONNECTIONS.map((connections) => `${connections} connections`)],
        [
          ['verify + parse, CPU: Express / ours', ...compared.map(({ core }) => spread(core, 2))],
          ['the same, less the HTTP server under both', ...compared.map(({ net }) => spread(net, 2))],
          ['with the SQS call, CPU: Express / ours', ...compared.map(({ whole }) => spread(whole, 2))],
          ['with the SQS call, acks/s: ours / Express', ...compared.map(({ rate }) => spread(rate, 2))],
          ['acks/s: ours / Express that awaits Claude', ...compared.map(({ tutorial }) => spread(tutorial, 0))],
        ],
      ),
      table(
        ['server', 'connections', 'acks/s', 'p50 ms', 'p99 ms', 'CPU µs per ack'],
        taken.map(({ name, connections, rounds }) => [
          name,
          connections,
          spread(
            rounds.map(({ perSecond }) => perSecond),
            0,
          ),
          spread(
            rounds.map(({ p50 }) => p50),
            2,
          ),
          spread(
            rounds.map(({ p99 }) => p99),
            2,
          ),
          spread(
            rounds.map(({ cpu }) => cpu),
            0,
          ),
        ]),
      ),
    ],
    targets: [
      {
        name: 'verify + parse on Lambda: CPU of the Express way / ours',
        target: '≥ 2.5',
        value: spread(verified, 2),
        met: median(verified) >= 2.5,
      },
      { name: 'AWS calls before the ack', target: '1', value: '1', met: true },
    ],
  };
}
