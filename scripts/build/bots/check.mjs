/** The build of bots: whether their tools load and are the ones that each bot names, before anything that runs is replaced by them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { bundleBots } from './plugin.mjs';

/** Throws what loading them throws, or `BadSettings` for a tool that does not exist. `root` of this repository. */
export async function checkBots(bots, root) {
  const folder = mkdtempSync(path.join(tmpdir(), 'check-bots-'));
  const outfile = path.join(folder, 'check.mjs');
  try {
    await esbuild.build({
      stdin: { contents: CHECK, resolveDir: path.join(root, 'lib'), loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      plugins: [bundleBots(bots, new Map(), root)],
      logLevel: 'silent',
    });
    await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const CHECK = `
import { bots } from '#bots';
import { allTools } from './tools/all.ts';
import { chooseTools } from './tools/toolbox.ts';
for (const bot of bots) chooseTools(allTools, bot);
`;
