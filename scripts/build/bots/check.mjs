/** The build of bots: whether their tools load and what each bot names is there, before anything that runs is replaced by them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { lackOnBedrock } from '../../../lib/claude/models.ts';
import { BadSettings } from '../../../lib/errors.ts';
import { allTools } from '../../../lib/tools/all.ts';
import { chooseTools } from '../../../lib/tools/toolbox.ts';
import { formats } from '../formats.mjs';
import { bundleBots } from './plugin.mjs';
import { NO_TOOL, shown } from './read-bots.ts';

/** Throws what bundling them throws, or `BadSettings` with the file of each tool that does not load, or for one that does not exist. */
export async function checkBots(bots, root) {
  await checkChoices(bots, await loadTools(bots, root));
}

/** Gives the tools that lie in the bots' folders, by their files. `root` of this repository. */
export async function loadTools(bots, root) {
  const files = bots.flatMap(({ toolFiles }) => toolFiles);
  if (files.length === 0) return new Map();
  const folder = mkdtempSync(path.join(tmpdir(), 'check-bots-'));
  const outfile = path.join(folder, 'check.mjs');
  try {
    await esbuild.build({
      stdin: { contents: loadingOf(files), resolveDir: root },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      banner: { js: formats.esm.banner },
      plugins: [bundleBots(bots, new Map(), root)],
      logLevel: 'silent',
    });
    const { loaded } = await import(pathToFileURL(outfile).href);
    const problems = loaded.flatMap(({ problem }, i) => (problem ? [`${shown(files[i])}: ${problem}`] : []));
    if (problems.length > 0) throw new BadSettings(...problems);
    return new Map(loaded.map(({ tool }, i) => [files[i], tool]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each by itself, so that one that throws is told by its file. */
function loadingOf(files) {
  return `
const load = (loading) => loading.then(
  ({ default: tool }) => (tool?.prepare ? { tool } : { problem: ${JSON.stringify(NO_TOOL)} }),
  (error) => ({ problem: error?.message ?? 'it does not load' }),
);
export const loaded = [];
${files.map((file) => `loaded.push(await load(import(${JSON.stringify(file)})));`).join('\n')}
`;
}

/** Throws `BadSettings` for a bot that names a tool that there is not, and for models that Bedrock lacks where it is the one that is asked. */
export async function checkChoices(bots, tools) {
  const lacks = process.env.CLAUDE_PROVIDER?.trim() === 'bedrock' ? lacksOnBedrock(bots, process.env) : [];
  if (lacks.length > 0) throw new BadSettings(...lacks);
  for (const { mcp, toolFiles, ...bot } of bots) {
    // Its client is loaded only where there is a server.
    const foreign = mcp.length === 0 ? [] : (await import('../../../lib/tools/mcp/tools.ts')).mcpTools(mcp);
    chooseTools(allTools, { ...bot, tools: [...toolFiles.map((file) => tools.get(file)), ...foreign] });
  }
}

/** What cannot be asked there, of the settings and of each bot. */
function lacksOnBedrock(bots, { CLAUDE_MODEL, CLAUDE_FALLBACK_MODEL }) {
  const named = [
    ...Object.entries({ CLAUDE_MODEL, CLAUDE_FALLBACK_MODEL }),
    ...bots.flatMap(({ knowledgeFolder, model, fallbackModel }) => {
      const file = shown(path.join(path.dirname(knowledgeFolder), 'bot.md'));
      return [
        [`${file}: model`, model],
        [`${file}: fallbackModel`, fallbackModel],
      ];
    }),
  ];
  return named.flatMap(([name, model]) => {
    const lack = model && lackOnBedrock(model.trim());
    return lack ? [`${name} ${lack}`] : [];
  });
}
