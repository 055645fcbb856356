/** A deployed stage's secrets in Parameter Store: one SecureString per group, a JSON object of settings. */
import { GetParametersCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { CannotRun } from '../cannot-run.ts';

export type Values = Readonly<Record<string, string>>;

const valuesShape = z.record(z.string(), z.coerce.string());

/** What a standard parameter holds at most; larger ones cost money. https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const MAX_BYTES = 4096;

/** By group; a group without a parameter is not in it. Throws `CannotRun` for a parameter that is no JSON object. */
export async function readGroups(
  ssm: SSMClient,
  path: string,
  groups: readonly string[],
): Promise<Map<string, Values>> {
  const Names = groups.map((group) => `${path}/${group}`);
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
  return new Map(Parameters.map(({ Name = '', Value = '' }) => [Name.slice(path.length + 1), parse(Name, Value)]));
}

/** Throws `CannotRun` for more than a parameter holds. */
export async function writeGroup(ssm: SSMClient, path: string, group: string, values: Values): Promise<void> {
  const Value = JSON.stringify(values);
  const bytes = Buffer.byteLength(Value);
  if (bytes > MAX_BYTES)
    throw new CannotRun(`${path}/${group} would have ${bytes} bytes, and ${MAX_BYTES} are allowed.`);
  await ssm.send(
    new PutParameterCommand({
      Name: `${path}/${group}`,
      Value,
      Type: 'SecureString',
      Tier: 'Standard',
      Overwrite: true,
    }),
  );
}

function parse(name: string, value: string): Values {
  try {
    return valuesShape.parse(JSON.parse(value));
  } catch {
    throw new CannotRun(`The parameter ${name} holds no JSON object: mend or delete it first.`);
  }
}
