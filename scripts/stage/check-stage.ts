/** What a deployment of a stage would find: who deploys, which settings and secrets are there, and what is missing. */
import type { SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Env, type GroupName, groups, readSettings } from '../../lib/config.ts';
import { allTools } from '../../lib/tools/all.ts';
import { chooseTools } from '../../lib/tools/toolbox.ts';
import { explained } from './explain.ts';
import { readGroups } from './parameters.ts';
import { groupNames, placeNames, type Stage, secretNames, secretsPath } from './stage.ts';

export interface CheckDeps {
  sts: STSClient;
  ssm: SSMClient;
}

export interface Findings {
  /** What is there, and what is off. */
  notes: string[];
  /** What has to be put right first. */
  problems: string[];
}

/** Never throws: what cannot be asked is a problem, too, beside those of the settings. */
export async function checkStage(deps: CheckDeps, stage: Stage): Promise<Findings> {
  const names = secretNames();
  const secret = [...names.values()].flat();
  const notes: string[] = [];
  try {
    const { Account, Arn } = await deps.sts.send(new GetCallerIdentityCommand());
    notes.push(`AWS: account ${Account}, region ${stage.region}, as ${Arn}`);
    const kept = await readGroups(deps.ssm, secretsPath(stage), [...names.keys()]);
    const found = checkSettings(stage, Object.assign({}, ...kept.values()), secret);
    return { ...found, notes: [...notes, ...found.notes] };
  } catch (error) {
    // The secrets are taken to be there once somebody brings those of the file.
    const written = Object.entries(stage.env).filter(([name, value]) => secret.includes(name) && value?.trim());
    const found = checkSettings(stage, Object.fromEntries(written), secret);
    return { notes, problems: [explained(error), ...found.problems] };
  }
}

/** The settings as the deployed functions will find them: secrets from Parameter Store, the rest from `stage`. */
function checkSettings(stage: Stage, secrets: Env, secret: readonly string[]): Findings {
  const plain = Object.entries(stage.env).filter(([name]) => !secret.includes(name));
  const env: Env = { ...PLACES, ...Object.fromEntries(plain), ...secrets, SECRETS_PATH: secretsPath(stage) };
  const problems: string[] = [];
  for (const name of groupNames()) groups[name](env, problems);
  problems.push(...wrongTools(env));
  const set = secret.filter((name) => stage.env[name]?.trim());
  const behind = set.filter((name) => secrets[name] === undefined);
  const differing = set.filter((name) => !behind.includes(name) && secrets[name] !== stage.env[name]?.trim());
  return {
    notes: [
      ...doors(env),
      ...behind.map((name) => `${name}: in ${stage.file}, but not in Parameter Store`),
      ...differing.map((name) => `${name}: Parameter Store has another value than ${stage.file}, and keeps it`),
    ],
    problems: [...new Set(problems)].map((problem) => explain(problem, stage, secret)),
  };
}

/** What the stack itself gives to its functions. */
const PLACES: Env = Object.fromEntries(placeNames().map((name) => [name, name]));

function wrongTools(env: Env): string[] {
  try {
    chooseTools(allTools, readSettings(env, ['tools']).tools.names);
    return [];
  } catch (error) {
    return [explained(error)];
  }
}

/** What is switched on by which group. */
const DOORS: Readonly<Record<string, GroupName>> = {
  '/talkjs': 'talkjs',
  '/botpress': 'botpress',
  '/chat': 'chat',
  '/chat-api': 'chatApi',
  'The log at Reconify': 'reconify',
};

function doors(env: Env): string[] {
  return Object.entries(DOORS).map(([door, group]) => {
    return `${door}: ${groups[group](env, []) ? 'on' : 'off, its settings are not there'}`;
  });
}

function explain(problem: string, { name, file }: Stage, secret: readonly string[]): string {
  const isSecret = secret.some((candidate) => problem.includes(candidate));
  if (!isSecret) return `${problem}. It comes from ${file} or the shell.`;
  return `${problem}. Secrets come from Parameter Store: set it in ${file}, then \`npm run secrets -- --stage ${name}\`.`;
}
