/** Writes lib/tools/all.ts: one import for each file in the folder beside it, so that a new tool is one new file. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Of `root`; leaves the file alone when it says the right thing already. */
export function listTools(root) {
  const folder = path.join(root, 'lib/tools/all');
  if (!existsSync(folder)) return;
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const list = path.join(root, 'lib/tools/all.ts');
  const text = listOf(files.sort());
  if (!existsSync(list) || readFileSync(list, 'utf8') !== text) writeFileSync(list, text);
}

/** The text of the list for these file names. */
export function listOf(files) {
  const tools = files.map((file) => ({ file, name: nameOf(file) }));
  return [
    '/** Tools: all there are. Written by scripts/build/list-tools.mjs with every build: add a file to the folder all/, not a line here. */',
    '// biome-ignore-all format: one tool a line',
    ...tools.map(({ file, name }) => `import ${name} from './all/${file}';`),
    "import type { Tool } from './tool.ts';",
    '',
    'export const allTools: readonly Tool[] = [',
    ...tools.map(({ name }) => `  ${name},`),
    '];',
    '',
  ].join('\n');
}

/** `get-weather.ts` → `getWeather`. */
function nameOf(file) {
  return file.replace(/\.ts$/, '').replace(/-+(\w)/g, (_, letter) => letter.toUpperCase());
}
