/** The embedded stack: which names of .env and the shell are settings, and whether what they say is right. */

import { namedKeys } from '../lib/config/keys.ts';
import { type Env, type GroupName, groups } from '../lib/config.ts';
import { BadSettings } from '../lib/errors.ts';
import { findProblems } from './openings.ts';

export type Settings = Record<string, string>;

/** What serverless.yml gives to the functions that need it: made here, not set by anybody. */
const PLUMBING = /^(TABLE_NAME|BEDROCK_CREDENTIALS|EVENTS_TOPIC_ARN|[A-Z_]+_(QUEUE|DEAD_LETTERS)_URL)$/;

/** The settings that `env` holds; a name left empty, as in a copied .env.example, counts as not set. */
export function settingsIn(env: Env): Settings {
  return Object.fromEntries(
    settingNames().flatMap((name) => {
      const value = env[name];
      return value?.trim() ? [[name, value]] : [];
    }),
  );
}

/** What bots name as secrets of their tools, as far as `env` holds it. */
export function botSecretsIn(env: Env, bots: readonly { secrets: readonly string[] }[]): Settings {
  const names = new Set(bots.flatMap(({ secrets }) => secrets));
  return Object.fromEntries([...names].flatMap((name) => (env[name]?.trim() ? [[name, env[name] ?? '']] : [])));
}

/** What is told of each secret that a bot names and `env` does not hold: its tools are written for it to be there. */
export function unsetSecrets(env: Env, bots: readonly { name: string; secrets: readonly string[] }[]): string[] {
  return bots.flatMap(({ name, secrets }) =>
    secrets
      .filter((secret) => !env[secret]?.trim())
      .map((secret) => `${secret} is not set, which the bot ${name} names as a secret`),
  );
}

/** What is told of each name under a bot's `http` that no key of `CHAT_ACCESS_KEYS` has: nobody reaches the bot by it. */
export function unknownKeys(env: Env, bots: readonly { name: string; http: readonly string[] }[]): string[] {
  const known = new Set(namedKeys(env, 'CHAT_ACCESS_KEYS', [])?.map(({ name }) => name));
  return bots.flatMap(({ name, http }) =>
    http
      .filter((key) => !known.has(key))
      .map((key) => `CHAT_ACCESS_KEYS has no key ${key}=…, which the bot ${name} names under http`),
  );
}

/** Throws `BadSettings` with everything that would keep a function from starting, or that serverless.yml cannot use. */
export async function checkSettings(settings: Settings, written: Env): Promise<void> {
  const problems = [...(await findProblems({ ...places(), ...settings })), ...besides(written)];
  if (problems.length > 0) throw new BadSettings(...problems);
}

/** What the stack gives to its functions, by names that stand for it. */
export function places(): Settings {
  const names = [...namesLookedUp('1')].filter((name) => PLUMBING.test(name));
  return Object.fromEntries(names.map((name) => [name, name]));
}

/** The longest delay that SQS knows. */
const MAX_DELAY_SECONDS = 900;

const EMAIL = /^[^\s@,;${}]+@[^\s@,;${}]+\.[^\s@,;${}]+$/;

/** What is wrong with the settings that serverless.yml and the commands read, and no function. */
export function besides(written: Env): string[] {
  const { BURST_WINDOW_SECONDS } = written;
  const burst = BURST_WINDOW_SECONDS?.trim() || '0';
  return [
    ...(/^\d{1,3}$/.test(burst) && Number(burst) <= MAX_DELAY_SECONDS
      ? []
      : [`BURST_WINDOW_SECONDS must be a whole number from 0 to ${MAX_DELAY_SECONDS}`]),
    ...['ALARM_EMAIL', 'EVENTS_EMAIL'].flatMap((name) => {
      const email = written[name]?.trim();
      return !email || EMAIL.test(email) ? [] : [`${name} must be one e-mail address`];
    }),
  ];
}

/** Every setting there is: what the groups look up, with nothing set and with everything set. */
export function settingNames(): string[] {
  const names = new Set([...namesLookedUp(undefined), ...namesLookedUp('1')]);
  return [...names]
    .filter((name) => /^[A-Z][A-Z0-9_]+$/.test(name) && !PLUMBING.test(name) && name !== 'SECRETS_PATH')
    .sort();
}

function namesLookedUp(answer: string | undefined): Set<string> {
  const names = new Set<string>();
  const target: Env = {};
  const env = new Proxy(target, {
    get: (_, name) => {
      names.add(String(name));
      return answer;
    },
  });
  for (const name of groupNames()) groups[name](env, []);
  return names;
}

function groupNames(): GroupName[] {
  const isGroup = (name: string): name is GroupName => name in groups;
  return Object.keys(groups).filter(isGroup);
}

/** What a laptop needs no setting for: its own Chat API is open at `/chat-api/local`, whose keys nobody else takes. */
export function withLocalDefaults(settings: Settings): Settings {
  return { CHAT_API_SECRET: 'local chat api secret', ...settings };
}
