/** The build of bots: what `#bots`, `#bots/doors`, `#tool` and `zod/mini` are in a bundle, wherever the bots' folder lies. */
import path from 'node:path';

/** `bots` as `readBots` gives them, `facts` of their documents by their names, `root` of this repository. */
export function bundleBots(bots, facts, root) {
  return {
    name: 'bots',
    setup(build) {
      build.onResolve({ filter: /^#bots(\/doors)?$/ }, ({ path: name }) => ({ path: name, namespace: 'bots' }));
      build.onLoad({ filter: /.*/, namespace: 'bots' }, ({ path: name }) => ({
        contents:
          name === '#bots' ? wholeOf(bots, facts, { root, format: build.initialOptions.format }) : identitiesOf(bots),
        loader: 'js',
        resolveDir: root,
      }));
      build.onResolve({ filter: /^#tool$/ }, () => ({ path: path.join(root, 'lib/tools/tool.ts') }));
      // A folder elsewhere has no node_modules of its own for what our tools are written with.
      build.onResolve({ filter: /^zod(\/.*)?$/ }, ({ path: name, kind, resolveDir, pluginData }) => {
        const isOurs = pluginData === RESOLVED || isWithin(root, resolveDir);
        return isOurs ? undefined : build.resolve(name, { kind, resolveDir: root, pluginData: RESOLVED });
      });
    },
  };
}

const RESOLVED = Symbol('resolved');

function isWithin(folder, file) {
  const relative = path.relative(folder, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** The name of the file, beside the bundles, that has what a bot knows. */
export function knowledgeFile(name) {
  return `knowledge/${name}.json`;
}

/** Everything of every bot; its tools are imported from where they lie, what it knows is read when it is asked for. */
function wholeOf(bots, facts, { root, format }) {
  const here = format === 'cjs' ? '__dirname' : 'import.meta.dirname';
  const read = `import { readFile } from 'node:fs/promises';
const load = (file) => async () => JSON.parse(await readFile(${here} + '/' + file, 'utf8'));`;
  const files = bots.flatMap(({ toolFiles }) => toolFiles);
  const imports = files.map((file, i) => `import * as tool${i} from ${JSON.stringify(file)};`);
  const client = path.join(root, 'lib/tools/mcp/tools.ts');
  if (bots.some(({ mcp }) => mcp.length > 0)) imports.push(`import { mcpTools } from ${JSON.stringify(client)};`);
  const entries = bots.map(({ toolFiles, knowledgeFolder: _, mcp, ...bot }) => {
    const tools = toolFiles.map((file) => `tool${files.indexOf(file)}.default`);
    if (mcp.length > 0) tools.push(`...mcpTools(${JSON.stringify(mcp)})`);
    const known = facts.get(bot.name);
    const documents = known
      ? `, documents: { ...${JSON.stringify(known)}, load: load(${JSON.stringify(knowledgeFile(bot.name))}) }`
      : '';
    return `{ ...${JSON.stringify(bot)}, tools: [${tools.join(', ')}]${documents} }`;
  });
  return `${read}\n${imports.join('\n')}\nexport const bots = [${entries.join(', ')}];\n`;
}

/** What a door needs that only enqueues: never a prompt. */
export function identitiesOf(bots) {
  const identities = bots.map(({ name, talkjs, chatApi, botpress, http, groups, context, language }) => ({
    name,
    talkjs,
    chatApi,
    botpress,
    http,
    groups,
    context,
    language,
  }));
  return `export const bots = ${JSON.stringify(identities)};\n`;
}
