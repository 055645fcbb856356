/**
 * `npm run lock`: gives each package of the lock files the digest of its tarball; with `--check`, fails where one has none.
 * Some registries tell npm none, and `npm ci` installs a package without one whatever is in it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const LOCKS = ['package-lock.json', 'bench/package-lock.json', 'test/runtime/package-lock.json'];
const PER_CALL = 40;

const lockShape = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      name: z.string().optional(),
      version: z.string().optional(),
      link: z.boolean().optional(),
      integrity: z.string().optional(),
    }),
  ),
});
const packedShape = z.array(z.object({ name: z.string(), version: z.string(), integrity: z.string() }));

type Lock = z.infer<typeof lockShape>;

const root = path.resolve(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');

for (const file of LOCKS) {
  const lock = lockShape.parse(JSON.parse(readFileSync(path.join(root, file), 'utf8')));
  const missing = without(lock);
  if (missing.length === 0) continue;
  if (isCheck) {
    const names = missing.slice(0, 5).map(([place]) => place);
    console.error(
      `${file}: ${missing.length} packages have no sha512 integrity (${names.join(', ')}, …): npm run lock adds it.`,
    );
    process.exitCode = 1;
    continue;
  }
  const digests = digestsOf([...new Set(missing.map(specOf))]);
  for (const entry of missing) entry[1].integrity = digests.get(specOf(entry));
  const left = without(lock);
  if (left.length > 0) throw new Error(`No tarball was found for ${left.map(specOf).join(', ')}.`);
  writeFileSync(path.join(root, file), `${JSON.stringify(ordered(lock), null, 2)}\n`);
  console.log(`${file}: ${missing.length} digests added.`);
}

/** The entries that `npm ci` would fetch and could not verify. The root and links are no tarballs. */
function without({ packages }: Lock) {
  return Object.entries(packages).filter(
    ([place, { link, integrity }]) =>
      place.includes('node_modules/') && !link && !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
  );
}

/** An alias has the real name beside it, anything else only in its path. */
function specOf([place, { name, version }]: [string, Lock['packages'][string]]): string {
  return `${name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`;
}

/** By name@version: computed by npm from the tarball, which it compares with what the registry tells of it, if it does. */
function digestsOf(specs: readonly string[]): Map<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
  try {
    const found = new Map<string, string>();
    for (let at = 0; at < specs.length; at += PER_CALL) {
      const args = ['pack', ...specs.slice(at, at + PER_CALL), '--json', '--silent', '--pack-destination', folder];
      const options = { encoding: 'utf8', cwd: folder, maxBuffer: 2 ** 30 } as const; // it lists every file of each
      const packed = packedShape.parse(JSON.parse(execFileSync('npm', args, options)));
      for (const { name, version, integrity } of packed) found.set(`${name}@${version}`, integrity);
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm writes the digest behind the version: so the next `npm install` changes no line. */
function ordered({ packages, ...rest }: Lock) {
  const entries = Object.entries(packages).map(([place, { name, version, integrity, ...others }]) => [
    place,
    { name, version, integrity, ...others },
  ]);
  return { ...rest, packages: Object.fromEntries(entries) };
}
