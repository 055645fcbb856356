/**
 * Prints bytes and import time of every bundle, as ES module and as CommonJS: `node bench/once/measure-bundles.mjs [runs]`.
 * Each run is a process of its own, the variants take turns, and the file is warm: compare the columns, never call it a
 * Lambda cold start.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../scripts/build/build.mjs';

const RUNS = Number(process.argv[2] ?? 21);
/** What a deployed function finds, so that its clients are made as they are there; nothing is called. */
const env = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  TABLE_NAME: 'table',
  TURNS_QUEUE_URL: 'http://127.0.0.1:9/queue',
  RECORDS_QUEUE_URL: 'http://127.0.0.1:9/queue',
  ANTHROPIC_API_KEY: 'key',
  TALKJS_APP_ID: 'app',
  TALKJS_SECRET_KEY: 'secret',
};
const timed = {
  esm: (file) => ['--input-type=module', '-e', clock(`await import(${JSON.stringify(pathToFileURL(file).href)})`)],
  cjs: (file) => ['--input-type=commonjs', '-e', clock(`require(${JSON.stringify(file)})`)],
};

const folder = mkdtempSync(path.join(tmpdir(), 'bundles-'));
try {
  const variants = [];
  for (const format of ['esm', 'cjs']) {
    const { outputFiles } = await build({ outdir: path.join(folder, format), format });
    for (const { path: file, contents } of outputFiles)
      variants.push({ name: path.parse(file).name, format, bytes: contents.length, args: timed[format](file), ms: [] });
  }
  for (let run = 0; run < RUNS; run++)
    for (const { args, ms } of shuffled(variants)) ms.push(Number(execFileSync(process.execPath, args, { env })));
  console.log(`import time in ms, median (p10-p90) of ${RUNS} processes, Node ${process.versions.node}`);
  console.table(Object.fromEntries([...Map.groupBy(variants, ({ name }) => name)].map(toRow)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function toRow([name, both]) {
  const columns = both.map(({ format, ms }) => [format, `${at(ms, 0.5)} (${at(ms, 0.1)}-${at(ms, 0.9)})`]);
  const [esm, cjs] = both.map(({ ms }) => at(ms, 0.5));
  return [name, { bytes: both[0].bytes, ...Object.fromEntries(columns), 'cjs / esm': (cjs / esm).toFixed(2) }];
}

function at(values, quantile) {
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * quantile)].toFixed(1);
}

function clock(load) {
  return `const began = performance.now(); ${load}; process.stdout.write(String(performance.now() - began)); process.exit()`;
}

function shuffled(values) {
  return values
    .map((value) => [Math.random(), value])
    .toSorted(([a], [b]) => a - b)
    .map(([, value]) => value);
}
