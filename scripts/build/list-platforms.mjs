/** Writes lib/platforms/all.ts: the manifests of the folders beside it, so that a new platform is one new folder. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Of `root`; leaves the file alone when it says the right thing already. */
export function listPlatforms(root) {
  const list = path.join(root, 'lib/platforms/all.ts');
  const text = listOf(platformNames(root));
  if (!existsSync(list) || readFileSync(list, 'utf8') !== text) writeFileSync(list, text);
}

/** The folders of `root` that have a manifest. */
export function platformNames(root) {
  const folder = path.join(root, 'lib/platforms');
  return readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, 'platform.ts')))
    .sort();
}

/** What a manifest exports. */
const PARTS = ['settings', 'dialect', 'outbound', 'operator'];

/** The text of the list for these folders. What a manifest lacks does not compile there. */
export function listOf(names) {
  const platforms = names.map((name) => ({ name, key: /\W/.test(name) ? `'${name}'` : name, id: idOf(name) }));
  const imports = platforms.map(({ name, id }) => [`./${name}/platform.ts`, `* as ${id}`]);
  imports.push(['./kit/manifest.ts', 'type { Manifest, SettingsOf }']);
  const each = (line) => platforms.map(line);
  return [
    '/** Room of what all platforms share: which there are. Written by scripts/build/list-platforms.mjs with every build: add a folder, not a line. */',
    ...imports.sort().map(([from, what]) => `import ${what} from '${from}';`),
    '',
    '/** Everything that their manifests say, for the tools of an operator. */',
    'export const platforms = {',
    ...platforms.flatMap(({ key, id }) => [
      `  ${key}: {`,
      ...PARTS.map((part) => `    ${part}: ${id}.${part},`),
      '  },',
    ]),
    '} satisfies {',
    ...each(({ key, id }) => `  ${key}: Manifest<SettingsOf<typeof ${id}>>;`),
    '};',
    '',
    '/** A part at a time, so that a bundle holds no more than its door needs. */',
    'export const platformSettings = {',
    ...each(({ key, id }) => `  ${key}: ${id}.settings,`),
    '};',
    'export const outbound = {',
    ...each(({ key, id }) => `  ${key}: ${id}.outbound,`),
    '};',
    '',
  ].join('\n');
}

/** `my-chat` → `myChat`. */
function idOf(name) {
  return name.replace(/-+(\w)/g, (_, letter) => letter.toUpperCase());
}
