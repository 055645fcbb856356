/** 4. Cold start: from the spawn of a process to its first answer, and the bytes that it loads. */
import path from 'node:path';
import { dist } from '../measure/build.mjs';
import { median, ratios, shuffled, spread, table } from '../measure/figures.mjs';
import { openRuntimeApi } from '../measure/runtime-api.mjs';
import { firstEvents } from './events.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 21);
const OURS = ['talkjs', 'botpress', 'reply', 'chat'];
const PEERS = {
  'bolt-echo': 'Slack Bolt AwsLambdaReceiver, echo',
  'chat-echo': 'Vercel Chat SDK, echo',
  bare: 'a function that does nothing',
};

export async function benchStart({ fakes, env }, sizes) {
  await fakes.ask('pace', { awsMs: 0, firstMs: 0, wordMs: 0 });
  const api = await openRuntimeApi();
  const variant = (folder, name) => ({
    folder,
    name,
    handler: `${path.join(dist, folder, name)}.mjs.handler`,
    rounds: [],
  });
  const variants = [
    ...OURS.flatMap((name) => [variant('ours', name), variant('unbundled', name)]),
    ...Object.keys(PEERS).map((name) => variant('peers', name)),
  ];
  for (let round = -1; round < ROUNDS; round++) {
    for (const { name, handler, rounds } of shuffled(variants)) {
      const { event, shows } = firstEvents()[name];
      const { body, ...times } = await api.startOnce({ handler, env, event });
      if (!body.includes(shows)) throw new Error(`${handler} answered ${body}`);
      if (round >= 0) rounds.push(times); // the first round only warms the disk
    }
  }
  api.close();
  return report(variants, sizes);
}

function report(variants, sizes) {
  const figures = (folder, name, figure) =>
    variants.find((one) => one.folder === folder && one.name === name).rounds.map((round) => round[figure]);
  const init = (folder, name) => figures(folder, name, 'initMs');
  const whole = (folder, name) => init(folder, name).map((ms, i) => ms + figures(folder, name, 'firstMs')[i]);
  const compared = OURS.map((name) => ({
    name,
    init: ratios(init('ours', name), init('unbundled', name)),
    cpu: ratios(figures('ours', name, 'initCpuMs'), figures('unbundled', name, 'initCpuMs')),
    whole: ratios(whole('ours', name), whole('unbundled', name)),
    bolt: ratios(whole('ours', name), whole('peers', 'bolt-echo')),
    chat: ratios(whole('ours', name), whole('peers', 'chat-echo')),
  }));
  const doors = OURS.slice(0, 2);
  const largest = Math.max(sizes.ours.talkjs.bytes, sizes.ours.botpress.bytes);
  return {
    title: '4. Cold start',
    text: [
      table(
        ['ours /', 'init, unbundled', 'its CPU, unbundled', 'to first answer, unbundled', 'Bolt echo', 'Chat SDK echo'],
        compared.map(({ name, init, cpu, whole, bolt, chat }) => [
          name,
          ...[init, cpu, whole, bolt, chat].map((ratio) => spread(ratio, 2)),
        ]),
      ),
      table(
        ['function', 'build', 'bytes', 'modules', 'spawn to ready ms', 'CPU ms', 'first answer ms', 'CPU ms'],
        variants.map(({ folder, name }) => [
          PEERS[name] ?? name,
          folder === 'peers' ? 'as ours' : folder === 'ours' ? 'as deployed' : 'node_modules',
          folder === 'unbundled' ? '' : sizes[folder][name].bytes.toLocaleString('en'),
          folder === 'unbundled' ? '' : sizes[folder][name].modules,
          spread(init(folder, name)),
          spread(figures(folder, name, 'initCpuMs')),
          spread(figures(folder, name, 'firstMs')),
          spread(figures(folder, name, 'firstCpuMs')),
        ]),
      ),
      table(
        ['bundle', 'bytes'],
        Object.entries(sizes.ours).map(([name, { bytes }]) => [name, bytes.toLocaleString('en')]),
      ),
    ],
    targets: [
      {
        name: 'ingest bundle',
        target: '≤ 80,000 bytes',
        value: largest.toLocaleString('en'),
        met: largest <= 80_000,
      },
      ...doors.map((name) => ({
        name: `start of ${name}, bare Node ${spread(init('peers', 'bare'))}`,
        target: '≤ 60 ms',
        value: `${spread(init('ours', name))} ms`,
        met: median(init('ours', name)) <= 60,
      })),
    ],
  };
}
