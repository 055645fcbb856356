/** A deployed stage's secrets in Parameter Store: one SecureString per group, a JSON object of settings. */
import { GetParametersCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { flat } from '../../lib/secrets.ts';
import { CannotRun } from '../cannot-run.ts';

/** A bot's secret is `<bot>.<NAME>`; kept, each bot has an object of its own. */
export type Values = Readonly<Record<string, string>>;

const valuesShape = z.record(z.string(), z.unknown());

/** Of one request. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MAX_NAMES = 10;

/** What a standard parameter holds at most; larger ones cost money. https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const MAX_BYTES = 4096;

/** By group; a group without a parameter is not in it. Throws `CannotRun` for a parameter that is no JSON object. */
export async function readGroups(
  ssm: SSMClient,
  path: string,
  groups: readonly string[],
): Promise<Map<string, Values>> {
  const Names = groups.map((group) => `${path}/${group}`);
  const found: (readonly [group: string, Values])[] = [];
  for (let at = 0; at < Names.length; at += MAX_NAMES) {
    const input = { Names: Names.slice(at, at + MAX_NAMES), WithDecryption: true };
    const { Parameters = [] } = await ssm.send(new GetParametersCommand(input));
    for (const { Name = '', Value = '' } of Parameters) found.push([Name.slice(path.length + 1), parse(Name, Value)]);
  }
  return new Map(found);
}

/** Throws `CannotRun` for more than a parameter holds. */
export async function writeGroup(ssm: SSMClient, path: string, group: string, values: Values): Promise<void> {
  const Value = JSON.stringify(nested(values));
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
    return flat(valuesShape.parse(JSON.parse(value)));
  } catch {
    throw new CannotRun(`The parameter ${name} holds no JSON object: mend or delete it first.`);
  }
}

/** The opposite of `flat`. */
function nested(values: Values): Record<string, string | Record<string, string>> {
  const result: Record<string, string | Record<string, string>> = {};
  for (const [name, value] of Object.entries(values)) {
    const [bot = '', own] = name.split('.');
    const beside = result[bot];
    if (own === undefined) result[bot] = value;
    else result[bot] = { ...(typeof beside === 'object' ? beside : {}), [own]: value };
  }
  return result;
}
