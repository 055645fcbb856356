/** `npm run new-platform <name>`: lays the files of a platform that works at once with a stand-in; docs/new-platform.md says what to change in them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listPlatforms } from './build/list-platforms.mjs';
import { insert } from './new-platform/insert.ts';

const root = path.resolve(import.meta.dirname, '..');
const templates = path.join(import.meta.dirname, 'new-platform');

/** Template → where it goes. */
const FILES = {
  'platform.txt': 'lib/platforms/__name__/platform.ts',
  'dialect.txt': 'lib/platforms/__name__/dialect.ts',
  'deliver.txt': 'lib/platforms/__name__/deliver.ts',
  'door.txt': 'functions/__name__.ts',
  'stand-in.txt': 'local/stand-ins/__name__.ts',
  'flow.txt': 'test/flow/__name__.test.ts',
};

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 20) {
  console.error('npm run new-platform <name>: lower case, digits and hyphens, 20 characters at most.');
  process.exitCode = 1;
} else if (existsSync(path.join(root, fill(FILES['door.txt'])))) {
  console.error(`There is a door ${name} already.`);
  process.exitCode = 1;
} else {
  lay();
}

function lay(): void {
  change('serverless.yml', (text) =>
    insert(text, name, readFileSync(path.join(templates, 'serverless.txt'), 'utf8'), fill),
  );
  const laid = Object.entries(FILES).map(([template, target]) => {
    const file = fill(target);
    write(file, fill(readFileSync(path.join(templates, template), 'utf8')));
    return file;
  });
  change(
    '.env.example',
    (text) => `${text.trimEnd()}\n\n${fill(readFileSync(path.join(templates, 'env.txt'), 'utf8'))}`,
  );
  listPlatforms(root);
  const written = [...laid, 'lib/platforms/all.ts'];
  // As the formatter would have it: names differ in length.
  spawnSync('npx', ['biome', 'check', '--write', ...written], { cwd: root });
  console.log([...written, 'serverless.yml', '.env.example'].join('\n'));
  console.log('Next: docs/new-platform.md.');
}

function fill(text: string): string {
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const capitalized = camel.charAt(0).toUpperCase() + camel.slice(1);
  return text
    .replaceAll('__name__', name)
    .replaceAll('__key__', /-/.test(name) ? `'${name}'` : name)
    .replaceAll('__camel__', camel)
    .replaceAll('__Camel__', capitalized)
    .replaceAll('__Title__', capitalized)
    .replaceAll('__Role__', capitalizedId())
    .replaceAll('__ENV__', name.replaceAll('-', '_').toUpperCase());
}

/** As resources/functions.cjs names it. */
function capitalizedId(): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', 'Dash');
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

function change(file: string, how: (text: string) => string): void {
  write(file, how(readFileSync(path.join(root, file), 'utf8')));
}
