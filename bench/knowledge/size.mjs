/**
 * What an index of 100, 2,000 and 20,000 chunks weighs, and how long it takes to be there: `node bench/knowledge/size.mjs`. The documents are
 * manuals that Debian ships: `apt-get install postgresql-doc-15 python3.11-doc`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { KNOWLEDGE_VERSION } from '../../lib/knowledge/chunk.ts';
import { buildIndex, openSearch } from '../../lib/knowledge/search.ts';
import { build } from '../../scripts/build/build.mjs';
import { readFolder } from '../../scripts/build/knowledge/read-folder.ts';
import { median, table } from '../measure/figures.mjs';
import { openRuntimeApi } from '../measure/runtime-api.mjs';
import { openSurroundings } from '../measure/surroundings.mjs';
import { firstEvents } from '../start/events.mjs';

const MANUALS = ['/usr/share/doc/python3.11/html/_sources', '/usr/share/doc/postgresql-doc-15/html'];
const SIZES = [100, 2_000, 20_000];
const ROUNDS = 7;
const self = fileURLToPath(import.meta.url);

/** As Claude writes them: two wordings a question. */
const QUESTIONS = [
  ['restore a backup to a point in time', 'point-in-time recovery continuous archiving'],
  ['reset a forgotten password of a user', 'change role password ALTER ROLE'],
  ['connection refused when connecting remotely', 'listen_addresses pg_hba.conf remote connections'],
  ['how do I read a CSV file', 'csv reader dialect parsing'],
  ['sort a list by two keys', 'sorted key function multiple keys'],
  ['full text search with ranking', 'tsvector tsquery ts_rank'],
];

const [, , child, ...rest] = process.argv;
if (child === 'open') open(...rest);
else await main();

async function main() {
  const chunks = await readManuals();
  const folder = mkdtempSync(path.join(tmpdir(), 'knowledge-'));
  try {
    const rows = [];
    const surroundings = await openSurroundings();
    for (const size of [0, ...SIZES]) rows.push(await measure(size, chunks, folder, surroundings));
    await surroundings.fakes.kill();
    console.log(table(Object.keys(rows.at(-1)), rows.map(Object.values)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Chunks of the whole manuals, evenly taken; kept, as reading HTML takes a minute. */
async function readManuals() {
  const kept = new URL('../../node_modules/.cache/bench/manuals.json', import.meta.url);
  if (!existsSync(kept)) {
    const read = [];
    for (const manual of MANUALS) read.push(...(await readFolder(manual)).chunks);
    mkdirSync(new URL('.', kept), { recursive: true });
    writeFileSync(kept, JSON.stringify(read));
  }
  return JSON.parse(readFileSync(kept, 'utf8'));
}

async function measure(size, all, folder, { env, fakes }) {
  await fakes.ask('pace', { awsMs: 0, firstMs: 0, wordMs: 0 });
  const chunks = Array.from({ length: size }, (_, i) => all[Math.floor((i * all.length) / size)]);
  const bots = path.join(folder, 'bots');
  rmSync(bots, { recursive: true, force: true });
  mkdirSync(path.join(bots, 'default/knowledge'), { recursive: true });
  writeFileSync(path.join(bots, 'default/bot.md'), 'You help.\n');
  if (size > 0) writeFileSync(path.join(bots, 'default/knowledge/one.md'), `# One\n\n${'Words. '.repeat(20)}`);
  const dist = path.join(folder, 'dist');
  Object.assign(process.env, { BOTS_DIR: bots, KNOWLEDGE_INLINE_TOKENS: '0' });
  await build({ outdir: dist, doors: ['reply'] });
  const reply = path.join(dist, 'reply.mjs');
  const zip = (file) => deflateRawSync(readFileSync(file), { level: 9 }).length;
  const cold = await coldStarts(reply, env, size > 0 ? indexOf(chunks, dist) : undefined);
  if (size === 0) return { chunks: '0', ...cold, zipMb: mb(zip(reply)) };
  const file = path.join(dist, 'knowledge/default.json');
  const opened = Array.from({ length: ROUNDS }, () => {
    const opening = spawnSync(process.execPath, [self, 'open', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(opening.stdout.toString());
  });
  const of = (name) => median(opened.map((round) => round[name]));
  return {
    chunks: size.toLocaleString('en'),
    ...cold,
    zipMb: mb(zip(reply) + zip(file)),
    fileMb: mb(readFileSync(file).length),
    openMs: of('openMs').toFixed(0),
    openCpuMs: of('openCpuMs').toFixed(0),
    queryCpuMs: of('queryCpuMs').toFixed(1),
    peakMb: of('peakMb').toFixed(0),
  };
}

/** Puts the index where the build puts it, and gives what building it took. */
function indexOf(chunks, dist) {
  const since = performance.now();
  writeFileSync(path.join(dist, 'knowledge/default.json'), JSON.stringify(buildIndex(chunks)));
  return performance.now() - since;
}

/** Of the whole function, from its spawn to the end of its first answer. */
async function coldStarts(reply, env, buildMs) {
  const api = await openRuntimeApi();
  const rounds = [];
  for (let round = -1; round < ROUNDS; round++) {
    const { event, shows } = firstEvents().reply;
    const { body, ...times } = await api.startOnce({ handler: `${reply}.handler`, env, event });
    if (!body.includes(shows)) throw new Error(`it answered ${body}`);
    if (round >= 0) rounds.push(times);
  }
  api.close();
  const of = (name) => median(rounds.map((round) => round[name])).toFixed(0);
  return {
    buildMs: buildMs?.toFixed(0) ?? '',
    initMs: of('initMs'),
    firstMs: of('firstMs'),
    firstCpuMs: of('firstCpuMs'),
  };
}

/** In a process of its own: as a container opens it, and what it takes there at most. */
function open(file) {
  const cpu = process.cpuUsage();
  const since = performance.now();
  const knowledge = JSON.parse(readFileSync(file, 'utf8'));
  if (knowledge.version !== KNOWLEDGE_VERSION) throw new Error('built by another version');
  const search = openSearch(knowledge);
  const openMs = performance.now() - since;
  const { user, system } = process.cpuUsage(cpu);
  for (const queries of QUESTIONS) search(queries, 8);
  const asked = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) for (const queries of QUESTIONS) search(queries, 8);
  const used = process.cpuUsage(asked);
  const queryCpuMs = (used.user + used.system) / 1000 / QUESTIONS.length / ROUNDS;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ openMs, openCpuMs: (user + system) / 1000, queryCpuMs, peakMb }));
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(2);
}
