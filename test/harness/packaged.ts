/** The service as `npm run package` makes it, in a copy of the sources that is gone afterwards. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Template } from './cloudformation.ts';
import { filesOf } from './zip.ts';

const root = path.resolve(import.meta.dirname, '../..');
const SOURCES = [
  '.env.example',
  'bots',
  'functions',
  'lib',
  'local',
  'resources',
  'scripts',
  'widget',
  'package.json',
  'serverless.yml',
  'tsconfig.json',
];

export interface Packaged {
  template: Template;
  /** The template as text: nothing secret may be found in it. */
  text: string;
  /** The names of the files in each zip. */
  zips: Record<string, string[]>;
  /** What one of them holds, by name. */
  unzip(name: string): ReturnType<typeof filesOf>;
}

export interface PackageOptions {
  /** The developer's shell. */
  env?: Readonly<Record<string, string>>;
  /** Of the command line. */
  args?: readonly string[];
  /** What lies beside the sources, by name. */
  files?: Readonly<Record<string, string>>;
}

/** Packages in a folder that is gone afterwards. */
export async function packageService(options: PackageOptions = {}): Promise<Packaged> {
  const folder = await mkdtemp(path.join(tmpdir(), 'package-'));
  try {
    await packageInto(folder, options);
    return await readPackage(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Packages in a folder, which it makes, without credentials, without a home and behind a proxy that nobody serves. Rejects with
 * what was said when nothing was packaged.
 */
export async function packageInto(folder: string, { env, args = [], files = {} }: PackageOptions): Promise<void> {
  for (const source of SOURCES) await cp(path.join(root, source), path.join(folder, source), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const nowhere = 'http://127.0.0.1:9';
  await promisify(execFile)(process.execPath, ['node_modules/serverless/bin/serverless.js', 'package', ...args], {
    cwd: folder,
    env: { ...env, PATH: process.env.PATH, HOME: folder, HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere },
  });
}

/** What was packaged in `folder`. */
export async function readPackage(service: string): Promise<Packaged> {
  const folder = path.join(service, '.serverless');
  const json = await readFile(path.join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.zip'));
  const zips = new Map<string, ReturnType<typeof filesOf>>();
  for (const name of names) zips.set(name, filesOf(await readFile(path.join(folder, name))));
  return {
    template: JSON.parse(json),
    text: json,
    zips: Object.fromEntries([...zips].map(([name, files]) => [name, [...files.keys()]])),
    unzip: (name) => zips.get(name) ?? new Map(),
  };
}
