/** Our functions as they are deployed, the same without bundling node_modules, and the peers bundled like ours. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { botsFolder } from '../../scripts/build/bots/folder.ts';
import { bundleBots } from '../../scripts/build/bots/plugin.mjs';
import { readBots } from '../../scripts/build/bots/read-bots.ts';
import { build } from '../../scripts/build/build.mjs';
import { compileKnowledge } from '../../scripts/build/knowledge/compile.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const bench = path.join(root, 'bench');
/** Inside node_modules, so that an unbundled build finds the packages of the product, not those of the peers. */
export const dist = path.join(root, 'node_modules/.cache/bench');

/** As KNOWLEDGE_INLINE_TOKENS is by default. */
const INLINE_TOKENS = 30_000;

const asOurs = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
};

/** Folders below `dist`: `ours`, `unbundled`, `peers`; gives the bytes of each file and the modules in it. */
export async function buildAll() {
  mkdirSync(dist, { recursive: true });
  const functions = readdirSync(path.join(root, 'functions'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(root, 'functions', file));
  const ours = await build({ outdir: path.join(dist, 'ours') });
  const unbundled = await esbuild.build({
    ...asOurs,
    entryPoints: functions,
    outdir: path.join(dist, 'unbundled'),
    packages: 'external',
    minify: false,
    plugins: [await theSameBots()],
  });
  cpSync(path.join(dist, 'ours/knowledge'), path.join(dist, 'unbundled/knowledge'), { recursive: true });
  const peers = await esbuild.build({
    ...asOurs,
    entryPoints: ['start/bare.mjs', 'start/bolt-echo.mjs', 'start/chat-echo.mjs', 'turn/naive.mjs'].map((file) =>
      path.join(bench, file),
    ),
    outdir: path.join(dist, 'peers'),
    outbase: bench,
    entryNames: '[name]',
    alias: { '@aws-sdk/credential-provider-node': path.join(root, 'scripts/build/lambda-credentials.mjs') },
  });
  return { ours: sizesOf(ours), unbundled: sizesOf(unbundled), peers: sizesOf(peers) };
}

/** What the bots say is in both builds. */
async function theSameBots() {
  const bots = readBots(botsFolder(process.env));
  const known = await Promise.all(
    bots.map(async (bot) => [bot.name, (await compileKnowledge(bot, INLINE_TOKENS))?.facts]),
  );
  return bundleBots(bots, new Map(known.filter(([, facts]) => facts)), root);
}

function sizesOf({ metafile: { outputs } }) {
  const entries = Object.entries(outputs).map(([file, { bytes, inputs }]) => [
    path.parse(file).name,
    { bytes, modules: Object.keys(inputs).length },
  ]);
  return Object.fromEntries(entries);
}
