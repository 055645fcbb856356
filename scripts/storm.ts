/**
 * npm run storm: many storms, each with a seed of its own and in a process of its own.
 *
 * -- --seeds 50 --first 1 --conversations 200 --messages 10 --rate 0.1 --platform talkjs --at-once 2
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { StormResult } from '../test/harness/promises/storm.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    conversations: { type: 'string', default: '200' },
    messages: { type: 'string', default: '10' },
    rate: { type: 'string', default: '0.1' },
    platform: { type: 'string', default: 'talkjs' },
    'at-once': { type: 'string', default: '2' },
    /** One storm in this process, for the parent. */
    only: { type: 'string' },
  },
});

const FIGURES = ['lost', 'doubled', 'misordered', 'lostLogs', 'crowded'] as const;

if (values.only === undefined) await runAll();
else await runOne(Number(values.only));

async function runAll(): Promise<void> {
  const first = Number(values.first);
  const waiting = Array.from({ length: Number(values.seeds) }, (_, i) => first + i);
  const results: StormResult[] = [];
  const lane = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const result = await inChild(seed);
      results.push(result);
      console.log(lineOf(`seed ${seed}`, result));
    }
  };
  await Promise.all(Array.from({ length: Number(values['at-once']) }, lane));
  const sum = results.reduce<Record<string, number>>(add, {});
  console.log(
    `\n${results.length} storms of ${values.conversations} × ${values.messages} messages at ${values.platform}`,
  );
  console.log(lineOf('all', sum));
  if (FIGURES.some((name) => sum[name] !== 0)) process.exitCode = 1;
}

async function inChild(seed: number): Promise<StormResult> {
  const child = fork(import.meta.filename, [...process.argv.slice(2), '--only', String(seed)], { silent: true });
  let trouble = '';
  child.stderr?.on('data', (chunk) => {
    trouble += chunk;
  });
  child.stdout?.resume();
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`the storm of seed ${seed} broke off\n${trouble}`)),
  );
  const [result] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  child.kill();
  return result;
}

async function runOne(seed: number): Promise<void> {
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const { default: startEmulators } = await import('../test/harness/emulators.ts');
  const { storm } = await import('../test/harness/promises/storm.ts');
  const { stormyBotpress, stormyTalkjs } = await import('../test/harness/promises/storm-chats.ts');
  await startEmulators();
  const result = await storm({
    seed,
    conversations: Number(values.conversations),
    messages: Number(values.messages),
    faultRate: Number(values.rate),
    chat: values.platform === 'botpress' ? stormyBotpress : stormyTalkjs,
  });
  process.send?.(result);
}

function add(sum: Record<string, number>, result: StormResult): Record<string, number> {
  for (const [name, figure] of Object.entries(result)) if (name !== 'seed') sum[name] = (sum[name] ?? 0) + figure;
  return sum;
}

function lineOf(name: string, result: Readonly<Record<string, number>> | StormResult): string {
  const figures = Object.entries(result).filter(([figure]) => !['seed', 'kinds'].includes(figure));
  return `${name}: ${figures.map(([figure, value]) => `${figure} ${Math.round(value * 10) / 10}`).join(', ')}`;
}
