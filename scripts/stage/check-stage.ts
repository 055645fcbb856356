/** What a deployment of a stage would find: who deploys, which settings and secrets are there, and what is missing. */
import type { SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Env, type GroupName, groups } from '../../lib/config.ts';
import { platforms } from '../../lib/platforms/all.ts';
import { findProblems } from '../../local/openings.ts';
import { besides, places, unknownKeys } from '../../local/settings.ts';
import { environmentOf, sizeProblem } from './environment.ts';
import { explained } from './explain.ts';
import { readGroups } from './parameters.ts';
import {
  isOfBots,
  readableBots,
  type Stage,
  secretNames,
  secretsPath,
  useStage,
  writtenName,
  writtenValue,
} from './stage.ts';

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
  useStage(stage);
  const names = secretNames(readableBots(stage.env));
  const secret = [...names.values()].flat();
  const notes: string[] = [];
  try {
    const { Account, Arn } = await deps.sts.send(new GetCallerIdentityCommand());
    notes.push(`AWS: account ${Account}, region ${stage.region}, as ${Arn}`);
    const kept = await readGroups(deps.ssm, secretsPath(stage), [...names.keys()]);
    const found = await checkSettings(stage, Object.assign({}, ...kept.values()), secret);
    return { ...found, notes: [...notes, ...found.notes] };
  } catch (error) {
    // The secrets are taken to be there once somebody brings those of the file.
    const written = Object.fromEntries(secret.map((name) => [name, writtenValue(stage.env, name)]));
    const found = await checkSettings(stage, written, secret);
    return { notes, problems: [explained(error), ...found.problems] };
  }
}

/** The settings as the deployed functions will find them: secrets from Parameter Store, the rest from `stage`. */
async function checkSettings(stage: Stage, secrets: Env, secret: readonly string[]): Promise<Findings> {
  const environment = environmentOf(stage);
  const env: Env = { ...places(), ...environment, ...secrets };
  const problems = [
    ...(await findProblems(env)),
    ...secret.flatMap((name) => missingOfBot(name, secrets)),
    ...(secrets.CHAT_ACCESS_KEYS ? unknownKeys(secrets, readableBots(stage.env)) : []),
    ...besides(stage.env),
    ...switchedOff(stage.env, secrets),
    ...sizeProblem({ ...environment, ...PLACES_AT_LENGTH }),
  ];
  const set = secret.filter((name) => writtenValue(stage.env, name) !== undefined);
  const behind = set.filter((name) => secrets[name] === undefined);
  const differing = set.filter((name) => !behind.includes(name) && secrets[name] !== writtenValue(stage.env, name));
  return {
    notes: [
      ...doors(env),
      ...behind.map((name) => `${name}: in ${stage.file}, but not in Parameter Store`),
      ...differing.map((name) => `${name}: Parameter Store has another value than ${stage.file}, and keeps it`),
    ],
    problems: [...new Set(problems)].map((problem) => explain(problem, stage, secret)),
  };
}

/** Its tools are written for it to be there. */
function missingOfBot(name: string, secrets: Env): string[] {
  const [bot = '', own] = name.split('.');
  return own === undefined || secrets[name] ? [] : [`${own} is missing, which the bot ${bot} names as a secret`];
}

/** The function that delivers is switched on by what the file says, as a template knows no secret. */
function switchedOff(written: Env, secrets: Env): string[] {
  const isOff = secrets.EVENTS_WEBHOOK_URL?.trim() && !written.EVENTS_WEBHOOK_URL?.trim();
  return isOff ? ['EVENTS_WEBHOOK_URL is missing in the file, so events would be kept and not delivered'] : [];
}

/** As long as AWS' own may be: the stack gives its functions a table and at most four queues. */
const PLACES_AT_LENGTH = { TABLE_NAME: 'x'.repeat(60), QUEUES: 'x'.repeat(4 * 150) };

const platformNames = Object.keys(platforms).filter((name): name is keyof typeof platforms => name in platforms);

/** What is switched on by which group. */
const DOORS: Readonly<Record<string, GroupName>> = {
  ...Object.fromEntries(platformNames.map((name) => [`/${name}`, name])),
  '/chat': 'chat',
  '/chat-api': 'chatApi',
  '/operator': 'operator',
  'Records at Reconify': 'reconify',
  'Records over OpenTelemetry': 'otel',
  'The webhook of events': 'events',
};

function doors(env: Env): string[] {
  return Object.entries(DOORS).map(([door, group]) => {
    return `${door}: ${groups[group](env, []) ? 'on' : 'off, its settings are not there'}`;
  });
}

function explain(problem: string, { name, file, env }: Stage, secret: readonly string[]): string {
  const isSecret = secret.some((candidate) => problem.includes(writtenName(candidate)));
  if (!isSecret && isOfBots(problem, env)) return `${problem}.`;
  if (!isSecret) return `${problem}. It comes from ${file} or the shell.`;
  return `${problem}. Secrets come from Parameter Store: set it in ${file}, then \`npm run secrets -- --stage ${name}\`.`;
}
