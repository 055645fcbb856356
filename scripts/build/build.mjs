/** Bundles every door into one file of its own, which is all that its zip holds, beside what the bots know where it answers. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { readSettings } from '../../lib/config.ts';
import { checkBots } from './bots/check.mjs';
import { botsFolder } from './bots/folder.ts';
import { bundleBots, knowledgeFile, WORDS_FILE, wordsOf } from './bots/plugin.mjs';
import { readBots } from './bots/read-bots.ts';
import { formats } from './formats.mjs';
import { compileKnowledge } from './knowledge/compile.ts';
import { indexedChunks } from './knowledge/memory.ts';
import { listPlatforms } from './list-platforms.mjs';
import { listTools } from './list-tools.mjs';
import { plainBuiltins } from './plain-builtins.mjs';
import { bundleWidget, placeWidget, provideWidget } from './widget.mjs';

const scripts = path.dirname(fileURLToPath(import.meta.url));

/**
 * Bundles functions/*.ts of `root` and the bots of BOTS_DIR into `outdir`, in about half a second, and gives esbuild's result with its metafile,
 * and how many chunks are `indexed`.
 * `isChecked` loads the tools of the bots first: what is wrong with one throws before any file has changed, `isSmall` minifies, `isApart`
 * leaves what the bots say in a file beside the bundles, which read it when they are loaded, and of `doors`, by name, only those are built.
 * Files are put in place by renaming, so that a stack that is just loading them never sees half of one.
 */
export async function build({
  root = path.resolve(scripts, '../..'),
  outdir = path.join(root, 'dist'),
  format = 'esm',
  isChecked = false,
  isSmall = true,
  isApart = false,
  doors = doorsOf(root),
} = {}) {
  const { extension, banner } = formats[format];
  const bots = readBots(botsFolder(process.env));
  if (isChecked) await checkBots(bots, root);
  const known = await knowledgeOf(bots);
  const facts = factsOf(known);
  const widget = await bundleWidget(root);
  listPlatforms(root);
  listTools(root);
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: doors.map((name) => `functions/${name}.ts`),
    outdir,
    outExtension: { '.js': extension },
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format,
    mainFields: ['module', 'main'], // about a fifth smaller than esbuild's default for Node
    minify: isSmall,
    legalComments: 'none',
    metafile: true,
    banner: { js: banner },
    // Lambda has its credentials in the environment: SSO, profiles, containers and instance metadata stay out.
    alias: {
      '@aws-sdk/credential-provider-node': path.join(scripts, 'lambda-credentials.mjs'),
      '@aws-sdk/credential-providers': path.join(scripts, 'lambda-credentials.mjs'),
      // As large as all the rest: only where it is asked for.
      ...(process.env.CLAUDE_PROVIDER?.trim() === 'bedrock'
        ? {}
        : { '#bedrock': path.join(scripts, 'no-bedrock.mjs') }),
    },
    inject: [path.join(scripts, 'console.mjs')],
    plugins: [bundleBots(bots, facts, root, isApart), provideWidget(widget), plainBuiltins],
    logLevel: 'warning',
  });
  placeKnowledge(outdir, known);
  placeWidget(outdir, widget);
  if (isApart) placeWords(outdir, wordsOf(bots, facts));
  place(outdir, result.outputFiles);
  removeStale(
    outdir,
    doorsOf(root).map((name) => `${name}${extension}`),
  );
  return { ...result, indexed: indexedChunks(known.map(({ knowledge }) => knowledge)) };
}

/** Of a build with `isApart`, when nothing but words has changed: puts what `bots` say and know beside the bundles. */
export async function renewWords(bots, outdir) {
  const known = await knowledgeOf(bots);
  placeKnowledge(outdir, known);
  placeWords(outdir, wordsOf(bots, factsOf(known)));
}

function placeWords(outdir, words) {
  place(outdir, [{ path: path.join(outdir, WORDS_FILE), contents: JSON.stringify(words) }]);
}

function factsOf(known) {
  return new Map(known.map(({ name, facts }) => [name, facts]));
}

/** `{name, facts, knowledge}` of each bot that knows something. */
async function knowledgeOf(bots) {
  const { inlineTokens } = readSettings(process.env, ['knowledge']).knowledge;
  const compiled = await Promise.all(
    bots.map(async (bot) => ({ name: bot.name, ...(await compileKnowledge(bot, inlineTokens)) })),
  );
  return compiled.filter(({ knowledge }) => knowledge !== undefined);
}

function placeKnowledge(outdir, known) {
  const folder = path.join(outdir, 'knowledge');
  mkdirSync(folder, { recursive: true });
  for (const { name, knowledge } of known) {
    const target = path.join(outdir, knowledgeFile(name));
    const fresh = `${target}.${process.pid}`;
    writeFileSync(fresh, JSON.stringify(knowledge));
    renameSync(fresh, target);
  }
  const wanted = new Set(known.map(({ name }) => path.basename(knowledgeFile(name))));
  for (const file of readdirSync(folder))
    if (file.endsWith('.json') && !wanted.has(file)) rmSync(path.join(folder, file));
}

/** The doors that hold the bots whole: of the result of a build. */
export function doorsWithBots({ metafile }) {
  const withBots = Object.entries(metafile.outputs).filter(([, { inputs }]) => 'bots:#bots' in inputs);
  return withBots.map(([file]) => path.parse(file).name);
}

function doorsOf(root) {
  const files = readdirSync(path.join(root, 'functions')).filter((file) => file.endsWith('.ts'));
  return files.map((file) => path.parse(file).name);
}

function place(outdir, files) {
  mkdirSync(outdir, { recursive: true });
  for (const { path: target, contents } of files) {
    const fresh = `${target}.${process.pid}`;
    writeFileSync(fresh, contents);
    renameSync(fresh, target);
  }
}

/** A stale .js beside the .mjs would win at the handler lookup of Lambda's runtime. */
function removeStale(outdir, wanted) {
  const isStale = (name) => /\.[cm]?js$/.test(name) && !wanted.includes(name);
  for (const name of readdirSync(outdir)) if (isStale(name)) rmSync(path.join(outdir, name));
}
