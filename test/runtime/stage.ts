/** The packaged service on this machine: each function as its zip and the template have it, in front of emulators and stand-ins. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeResources, type Resources } from '../../local/resources.ts';
import type { Value } from '../../local/service.ts';
import { type Packaged, packageService } from '../harness/packaged.ts';
import { type Lambda, startLambda } from './lambda.ts';

export interface Stage {
  packaged: Packaged;
  resources: Resources;
  /** Starts a function by its key in serverless.yml, with `settings` over the usual ones. Kept in `lambdas`. */
  start(key: string, settings?: Record<string, string>): Promise<Lambda>;
  /** Every process there was, under its function's key. */
  lambdas: { key: string; lambda: Lambda }[];
  close(): Promise<void>;
}

const REGION = 'us-east-1';
/** `dist/reconify.intake`: the intake and the delivery share a bundle, but each has a zip. */
const keyOf = (zip: string) => zip.replace(/\.zip$/, '');

/** `files` lie over the sources, by name. */
export async function openStage(
  settings: Record<string, string>,
  files: Readonly<Record<string, string>>,
): Promise<Stage> {
  const packaged = await packageService({ files });
  const folder = await mkdtemp(path.join(tmpdir(), 'stage-'));
  for (const zip of Object.keys(packaged.zips)) {
    for (const [name, bytes] of packaged.unzip(zip)) {
      const target = path.join(folder, keyOf(zip), name);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, bytes());
    }
  }
  const endpoints = {
    AWS_ENDPOINT_URL_DYNAMODB: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    AWS_ENDPOINT_URL_SQS: process.env.AWS_ENDPOINT_URL_SQS ?? '',
  };
  const { Resources: declared } = packaged.template;
  const resources = await makeResources(declared, { endpoints, region: REGION, visibilitySeconds: {} });
  const lambdas: Stage['lambdas'] = [];
  return {
    packaged,
    resources,
    lambdas,
    start: async (key, own = {}) => {
      const { Handler, Environment } = definitionOf(packaged, key);
      const declaredEnv = Object.entries(Environment?.Variables ?? {}).filter(([name]) => name !== 'SECRETS_PATH');
      const env = {
        ...Object.fromEntries(declaredEnv.map(([name, value]) => [name, resources.resolve(value)])),
        ...endpoints,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_LAMBDA_FUNCTION_NAME: key,
        ...settings,
        ...own,
      };
      const lambda = await startLambda({ root: path.join(folder, key), handler: Handler, env });
      lambdas.push({ key, lambda });
      return lambda;
    },
    close: async () => {
      await Promise.all(lambdas.map(({ lambda }) => lambda.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Definition {
  Handler: string;
  Environment?: { Variables: Record<string, Value> };
}

/** CloudFormation's id of `chat-api` is `ChatDashapiLambdaFunction`. */
export function logicalIdOf(key: string): string {
  return `${key.charAt(0).toUpperCase()}${key.slice(1).replaceAll('-', 'Dash')}`;
}

function definitionOf({ template }: Packaged, key: string): Definition {
  const properties = template.Resources[`${logicalIdOf(key)}LambdaFunction`]?.Properties;
  if (!properties) throw new Error(`the template has no function ${key}`);
  return properties as unknown as Definition;
}
