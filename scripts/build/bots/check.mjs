/** The build of bots: whether their tools load and are the ones that each bot names, before anything that runs is replaced by them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { BadSettings } from '../../../lib/errors.ts';
import { formats } from '../formats.mjs';
import { bundleBots } from './plugin.mjs';
import { NO_TOOL, shown } from './read-bots.ts';

/** Throws what bundling them throws, or `BadSettings` with the file of each tool that does not load, or for one that does not exist. */
export async function checkBots(bots, root) {
  const folder = mkdtempSync(path.join(tmpdir(), 'check-bots-'));
  const outfile = path.join(folder, 'check.mjs');
  try {
    await esbuild.build({
      stdin: { contents: checkOf(bots), resolveDir: path.join(root, 'lib'), loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      banner: { js: formats.esm.banner },
      plugins: [bundleBots(bots, new Map(), root)],
      logLevel: 'silent',
    });
    const { problems } = await import(pathToFileURL(outfile).href);
    if (problems.length > 0) throw new BadSettings(...problems);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each tool by itself first, so that one that throws is told by its file. */
function checkOf(bots) {
  const tools = bots.flatMap(({ toolFiles }) => toolFiles);
  const loading = tools.map((file) => `await tried(${JSON.stringify(shown(file))}, import(${JSON.stringify(file)}));`);
  return `
export const problems: string[] = [];
async function tried(file: string, loading: Promise<{ default?: { prepare?: unknown } }>) {
  const problem = await loading.then(
    (module) => (module.default?.prepare ? undefined : ${JSON.stringify(NO_TOOL)}),
    (error) => error.message,
  );
  if (problem) problems.push(file + ': ' + problem);
}
${loading.join('\n')}
if (problems.length === 0) {
  const { bots } = await import('#bots');
  const { allTools } = await import('./tools/all.ts');
  const { chooseTools } = await import('./tools/toolbox.ts');
  for (const bot of bots) {
    try {
      chooseTools(allTools, bot);
    } catch (error) {
      problems.push(...(error.problems ?? [error.message]));
    }
  }
}
`;
}
