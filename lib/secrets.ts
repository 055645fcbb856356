/** Secrets of a deployed stage: one SSM SecureString (a JSON object of settings) per group, under SECRETS_PATH; those of bots lie in an object a bot. */
import { type Call, openAws } from './aws.ts';
import type { Env } from './config.ts';
import { BadSettings } from './errors.ts';

/** Long enough to cost nothing, short enough that a rotated secret is in use soon. */
const MAX_AGE_MS = 5 * 60 * 1000;

/** While SSM does not answer it is left alone for so long, so that not every request waits for it. */
const PATIENCE_MS = 30 * 1000;

/** SSM takes a few ms; a webhook's sender waits 5 s in all. */
const READ_LIMIT_MS = 2_000;

/**
 * Gives `env` with the secrets of `names` laid over it: one read per environment, kept for 5 minutes, and kept beyond them
 * while SSM does not answer. Without SECRETS_PATH (on a laptop) it is `env` itself. Throws when the first read fails, and
 * `BadSettings` whenever what was read is no JSON object.
 */
export function openSecrets(env: Env, names: readonly string[], now: () => number): () => Promise<Env> {
  const path = env.SECRETS_PATH;
  if (!path) return async () => env;
  const ssm = openAws(SSM, env);
  let cached: { env: Env; until: number } | undefined;
  let reading: Promise<Env> | undefined;
  const refresh = async (): Promise<Env> => {
    try {
      cached = { env: { ...env, ...(await read(ssm, path, names)) }, until: now() + MAX_AGE_MS };
    } catch (error) {
      if (!cached || error instanceof BadSettings) throw error;
      cached = { ...cached, until: now() + PATIENCE_MS };
    }
    return cached.env;
  };
  return async () => {
    if (cached && now() < cached.until) return cached.env;
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

const SSM = { name: 'ssm', target: 'AmazonSSM', version: '1.1', tryMs: READ_LIMIT_MS } as const;

interface Found {
  Parameters?: { Name: string; Value: string }[];
}

async function read(ssm: Call, path: string, names: readonly string[]): Promise<Env> {
  const Names = names.map((name) => `${path}/${name}`);
  const signal = AbortSignal.timeout(READ_LIMIT_MS);
  const { Parameters = [] } = (await ssm('GetParameters', { Names, WithDecryption: true }, signal)) as Found;
  return Object.assign({}, ...Parameters.map(({ Name, Value }) => parse(Name, Value)));
}

/** What a parameter holds as settings: `{"sales": {"CRM_KEY": …}}` is `sales.CRM_KEY`, a secret of the bot `sales`. */
export function flat(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(values).flatMap(([key, item]): [name: string, value: string][] =>
    item === null || typeof item !== 'object'
      ? [[key, String(item)]]
      : Object.entries(item).map(([name, value]) => [`${key}.${name}`, String(value)]),
  );
  return Object.fromEntries(entries);
}

function parse(name: string, value: string): Env {
  try {
    const parsed: unknown = JSON.parse(value);
    if (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)) {
      return flat({ ...parsed });
    }
  } catch {
    // Falls through: the message must not hold a piece of the value, as JSON's own would.
  }
  throw new BadSettings(`the parameter ${name} must hold a JSON object`);
}
