/** The tables of docs/scale.md, as Markdown. */
import { sharesOf } from './cost.ts';
import { limits } from './limits.ts';
import { type Load, type Result, simulate } from './simulate.ts';
import { table } from './table.ts';

const RATES = [10, 1_000, 100_000];
const MINUTES_OF_A_MONTH = 43_200;
const TALKJS = { perSecond: 9, burst: 600 };
const SHIPPED_WORKERS = 4;
const STEPS = [4, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];
const PROMPT_SECONDS = 6;

interface Scene extends Load {
  name: string;
  result: Result;
}

/** Everything between the marks of docs/scale.md. */
export function tables(): string {
  const scenes = RATES.flatMap((rate) => [shipped(rate), raised(rate)]);
  const prompt = scenes.filter(({ name }) => name !== 'as shipped');
  return [
    '### What happens',
    '',
    table(
      [
        'messages a minute',
        'set up',
        'answers at once',
        'answered',
        'median',
        'p99',
        'turns in one invocation',
        'messages in one turn',
      ],
      scenes.map(({ messagesPerMinute, name, workers, result }) => {
        const { answered, arrived, median, p99, turns, invocations } = result;
        const share = `${Math.round((answered / arrived) * 100)} %`;
        const times = [`${median.toFixed(1)} s`, `${p99.toFixed(0)} s`];
        return [
          thousands(messagesPerMinute),
          name,
          thousands(workers),
          share,
          ...times,
          (turns / invocations).toFixed(1),
          perTurn(result),
        ];
      }),
    ),
    '',
    '### Which limit bites first',
    '',
    table(
      ['from messages a minute', 'limit', 'why there', 'what to change'],
      limits().map(({ from, name, why, remedy }) => [thousands(rounded(from)), name, why, remedy]),
    ),
    '',
    '### What a million messages cost',
    '',
    table(
      [
        'US dollars',
        ...prompt.map(({ messagesPerMinute }) => `at ${thousands(messagesPerMinute)} a minute`),
        'per message',
      ],
      costRows(prompt),
    ),
    '',
    table(
      ['messages a minute', 'messages a month', 'US dollars a month'],
      prompt.map(({ messagesPerMinute, result }) => {
        const messages = messagesPerMinute * MINUTES_OF_A_MONTH;
        return [thousands(messagesPerMinute), thousands(messages), thousands(Math.round(totalOf(result) * messages))];
      }),
    ),
  ].join('\n');
}

function shipped(messagesPerMinute: number): Scene {
  return play(
    { messagesPerMinute, workers: SHIPPED_WORKERS, outbound: TALKJS, minutes: minutesFor(messagesPerMinute) },
    'as shipped',
  );
}

/** With as many workers as it takes, and nothing that holds the answers up. */
function raised(messagesPerMinute: number): Scene {
  const minutes = minutesFor(messagesPerMinute);
  for (const workers of STEPS) {
    const scene = play({ messagesPerMinute, workers, minutes }, 'limits raised');
    if (scene.result.median <= PROMPT_SECONDS && scene.result.answered > scene.result.arrived * 0.9) return scene;
  }
  throw new Error('no number of workers is enough');
}

function play(load: Load, name: string): Scene {
  return { ...load, name, result: simulate(load) };
}

function minutesFor(rate: number): number {
  return rate > 10_000 ? 5 : 60;
}

function costRows(scenes: Scene[]): string[][] {
  const shares = scenes.map(({ result }) => sharesOf(result));
  const services = shares[0]?.map(({ service }) => service) ?? [];
  const rows = services.map((service, i) => [
    service,
    ...shares.map((share) => ((share[i]?.usd ?? 0) * 1e6).toFixed(2)),
    shares[0]?.[i]?.from ?? '',
  ]);
  return [...rows, ['**all**', ...scenes.map(({ result }) => `**${(totalOf(result) * 1e6).toFixed(2)}**`), '']];
}

function totalOf(result: Result): number {
  return sharesOf(result).reduce((sum, { usd }) => sum + usd, 0);
}

function perTurn({ answered, turns }: Result): string {
  return Math.max(answered / turns, 1).toFixed(1);
}

/** To two digits: no limit is known better than that. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
