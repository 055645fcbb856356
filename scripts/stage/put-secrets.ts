/** Brings secrets of .env to a deployed stage, and says what it did by name: never a value, nor a piece of one. */
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Env } from '../../lib/config.ts';
import { findProblems } from '../../local/openings.ts';
import { places } from '../../local/settings.ts';
import { CannotRun } from '../cannot-run.ts';
import { environmentOf } from './environment.ts';
import { readGroups, type Values, writeGroup } from './parameters.ts';
import { type Stage, secretNames, writtenName, writtenValue } from './stage.ts';

export interface PutSecretsDeps {
  ssm: SSMClient;
  print(line: string): void;
}

export interface PutSecretsOptions {
  /** SECRETS_PATH of the stage. */
  path: string;
  /** Group → the names that may be kept in it. */
  names: ReadonlyMap<string, readonly string[]>;
  env: Env;
  /** Only these, as .env names them, are put; without any, all that `env` has. */
  only: readonly string[];
  remove: readonly string[];
  isDryRun: boolean;
}

type Fate = 'new' | 'changed' | 'unchanged' | 'removed' | 'kept';

/**
 * Merges: what `env` has replaces what is there, and what it does not have stays, so that nobody needs all secrets at hand to change
 * one. Throws `CannotRun` for a name that is no secret, or that is asked for and not set.
 */
export async function putSecrets({ ssm, print }: PutSecretsDeps, options: PutSecretsOptions): Promise<void> {
  const { path, names, isDryRun } = options;
  const before = await readGroups(ssm, path, [...names.keys()]);
  refuseUnknown(options, before);
  let written = 0;
  for (const [group, known] of names) {
    const old = before.get(group) ?? {};
    const next = merge(old, known, options);
    const fates = [...new Set([...Object.keys(old), ...Object.keys(next)])].map(
      (name) => [name, fateOf(name)] as const,
    );
    function fateOf(name: string): Fate {
      if (!(name in next)) return 'removed';
      if (!(name in old)) return 'new';
      if (old[name] !== next[name]) return 'changed';
      return isGiven(name, options) ? 'unchanged' : 'kept';
    }
    if (fates.length === 0) continue;
    print(`${path}/${group}`);
    for (const [name, fate] of fates) print(`  ${name.padEnd(30)} ${fate}`);
    if (fates.every(([, fate]) => fate === 'unchanged' || fate === 'kept')) continue;
    if (!isDryRun) await writeGroup(ssm, path, group, next);
    written += 1;
  }
  print(ending(written, isDryRun));
}

/** Of the secrets that `stage` has, those that would keep a running function from answering: half sentences. */
export async function wrongSecrets(stage: Stage): Promise<string[]> {
  const names = [...secretNames([]).values()].flat().filter((name) => stage.env[name]?.trim());
  const given = Object.fromEntries(names.map((name) => [name, stage.env[name] ?? '']));
  const problems = await findProblems({ ...places(), ...environmentOf(stage), ...given });
  return problems.filter((problem) => names.some((name) => problem.startsWith(name)));
}

function merge(old: Values, known: readonly string[], options: PutSecretsOptions): Values {
  const given = known.filter((name) => isGiven(name, options)).map((name) => [name, writtenValue(options.env, name)]);
  const kept = Object.entries(old).filter(([name]) => !options.remove.includes(writtenName(name)));
  return Object.fromEntries([...kept, ...given]);
}

function isGiven(name: string, { env, only, remove }: PutSecretsOptions): boolean {
  const written = writtenName(name);
  return (
    writtenValue(env, name) !== undefined && !remove.includes(written) && (only.length === 0 || only.includes(written))
  );
}

/** What is there may be taken away also when nothing names it any more. */
function refuseUnknown({ names, only, remove, env }: PutSecretsOptions, before: ReadonlyMap<string, Values>): void {
  const known = [...new Set([...names.values()].flat().map(writtenName))];
  const there = [...before.values()].flatMap((values) => Object.keys(values).map(writtenName));
  const unknown = [
    ...only.filter((name) => !known.includes(name)),
    ...remove.filter((name) => !known.includes(name) && !there.includes(name)),
  ];
  // What is no name may be a secret.
  if (unknown.some((name) => !/^[A-Z_]+$/.test(name)))
    throw new CannotRun('Only names may be given: values come from the file or the shell.');
  if (unknown.length > 0)
    throw new CannotRun(`No secret has the name ${unknown.join(', ')}. These are all: ${known.join(', ')}.`);
  const unset = only.filter((name) => !env[name]?.trim());
  if (unset.length > 0) throw new CannotRun(`Not set, neither in the file nor in the shell: ${unset.join(', ')}.`);
}

function ending(written: number, isDryRun: boolean): string {
  const parameters = `${written} ${written === 1 ? 'parameter' : 'parameters'}`;
  if (written === 0) return 'Nothing to write.';
  if (isDryRun) return `${parameters} would be written. Nothing was.`;
  return `${parameters} written. Running functions use them within 5 minutes, without a deployment.`;
}
