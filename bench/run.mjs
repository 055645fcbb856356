/**
 * Runs every benchmark, or those that are named (`npm run bench -- ack start`), prints one table of the targets and the tables behind
 * it, and writes bench/RESULTS.md when it ran them all. Everything stays on loopback.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { benchAck } from './ack/bench.mjs';
import { benchBurst } from './burst/bench.mjs';
import { benchHistory } from './history/bench.mjs';
import { buildAll } from './measure/build.mjs';
import { table } from './measure/figures.mjs';
import { openSurroundings } from './measure/surroundings.mjs';
import { benchPromise } from './promise/bench.mjs';
import { benchStart } from './start/bench.mjs';
import { benchStream } from './stream/bench.mjs';
import { benchTurn } from './turn/bench.mjs';
import { benchTyping } from './typing/bench.mjs';

const benches = {
  ack: benchAck,
  turn: benchTurn,
  history: benchHistory,
  start: benchStart,
  stream: benchStream,
  promise: benchPromise,
  burst: benchBurst,
  typing: benchTyping,
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}

const began = Date.now();
const sizes = await buildAll();
const surroundings = await openSurroundings();
const loads = [loadavg()[0]];
const results = [];
for (const [name, bench] of Object.entries(benches)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const since = Date.now();
  results.push(await bench(surroundings, sizes));
  loads.push(loadavg()[0]);
  console.error(`${name}: ${((Date.now() - since) / 1000).toFixed(0)} s`);
}
await surroundings.fakes.kill();

const text = toMarkdown();
console.log(text);
if (named.length === 0) writeFileSync(new URL('RESULTS.md', import.meta.url), text);

function toMarkdown() {
  const targets = results.flatMap((result) => result.targets);
  const rows = targets.map(({ name, target, value, met }) => [name, target, value, met ? 'met' : 'missed']);
  const sections = results.map((result) => [`## ${result.title}`, ...result.text].join('\n\n'));
  return `${['# Benchmarks', preface(), '## Targets', table(['what', 'target', 'measured', ''], rows), ...sections].join('\n\n')}\n`;
}

function preface() {
  const [{ model }] = cpus();
  const load = [Math.min(...loads), Math.max(...loads)].map((value) => value.toFixed(1)).join(' to ');
  return [
    `\`npm run bench\` measured this on ${new Date().toISOString().slice(0, 10)} in ${((Date.now() - began) / 60_000).toFixed(0)} minutes:`,
    `Node ${process.versions.node}, ${cpus().length} cores (${model}), ${(totalmem() / 1e9).toFixed(0)} GB, load average ${load}.`,
    'What is compared was measured in turns in the same minutes, in another order each round; values are the median and, in',
    'brackets, p10 to p90 of at least 15 rounds (of three for the bursts). AWS, Claude and the chat platforms are servers on loopback: compare the columns,',
    'and never call these figures those of AWS.',
  ].join('\n');
}
