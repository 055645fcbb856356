/** The build of bots: what `#bots`, `#bots/doors`, `#tool` and `zod/mini` are in a bundle, wherever the bots' folder lies. */
import path from 'node:path';

/** `bots` as `readBots` gives them, `facts` of their documents by their names, `root` of this repository; `isApart`: see build.mjs. */
export function bundleBots(bots, facts, root, isApart = false) {
  return {
    name: 'bots',
    setup(build) {
      build.onResolve({ filter: /^#bots(\/doors)?$/ }, ({ path: name }) => ({ path: name, namespace: 'bots' }));
      build.onLoad({ filter: /.*/, namespace: 'bots' }, ({ path: name }) => ({
        contents:
          name === '#bots'
            ? wholeOf(bots, facts, { root, format: build.initialOptions.format, isApart })
            : identitiesOf(bots),
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

/** The name of the file, beside the bundles, that has what the bots say, where it is apart from them. */
export const WORDS_FILE = 'bots.json';

/** What is no code of each bot; `facts` of their documents by their names. */
export function wordsOf(bots, facts) {
  return bots.map(({ toolFiles: _, knowledgeFolder: __, mcp, ...bot }) => ({ bot, mcp, facts: facts.get(bot.name) }));
}

/** Everything of every bot; its tools are imported from where they lie, what it knows is read when it is asked for. */
function wholeOf(bots, facts, { root, format, isApart }) {
  const here = format === 'cjs' ? '__dirname' : 'import.meta.dirname';
  const words = isApart
    ? `JSON.parse(readFileSync(${here} + '/${WORDS_FILE}', 'utf8'))`
    : JSON.stringify(wordsOf(bots, facts));
  const files = bots.flatMap(({ toolFiles }) => toolFiles);
  const client = path.join(root, 'lib/tools/mcp/tools.ts');
  const entries = bots.map(({ name, toolFiles, mcp }, i) => {
    const tools = toolFiles.map((file) => `tool${files.indexOf(file)}.default`);
    if (mcp.length > 0) tools.push(`...mcpTools(words[${i}].mcp)`);
    return `whole(words[${i}], [${tools.join(', ')}], ${JSON.stringify(knowledgeFile(name))})`;
  });
  return `
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
${files.map((file, i) => `import * as tool${i} from ${JSON.stringify(file)};`).join('\n')}
${bots.some(({ mcp }) => mcp.length > 0) ? `import { mcpTools } from ${JSON.stringify(client)};` : ''}
const words = ${words};
const whole = ({ bot, facts }, tools, file) => {
  const load = async () => JSON.parse(await readFile(${here} + '/' + file, 'utf8'));
  return { ...bot, tools, ...(facts ? { documents: { ...facts, load } } : {}) };
};
export const bots = [${entries.join(', ')}];
`;
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
