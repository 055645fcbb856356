/** The environment (+ secrets) → the settings groups a door asks for, or one error that lists everything wrong. */

import { KEPT_DAYS } from './bounds.ts';
import { claudeIn } from './config/claude.ts';
import { eventsIn } from './config/events.ts';
import { handoffIn } from './config/handoff.ts';
import { chosenKey, chosenKeys, headers, namedKeys, requiredKey } from './config/keys.ts';
import { baseUrl, origins, url } from './config/urls.ts';
import {
  type Env,
  flag,
  type Group,
  languageIn,
  list,
  oneOf,
  optional,
  required,
  text,
  usd,
  whole,
} from './config/values.ts';
import { BadSettings } from './errors.ts';
import { platformSettings } from './platforms/all.ts';

export type { Env };

export const groups = {
  aws: (env, problems) => ({
    tableName: required(env, 'TABLE_NAME', problems),
    turnsQueueUrl: required(env, 'TURNS_QUEUE_URL', problems),
  }),
  turnsQueue: (env, problems) => ({ url: required(env, 'TURNS_QUEUE_URL', problems) }),
  claude: (env, problems) => {
    refuseEnded(env, problems);
    return claudeIn(env, problems);
  },
  history: (env, problems) => ({
    strategy: oneOf(env, 'HISTORY_STRATEGY', ['tokens', 'messages', 'summary'], 'tokens', problems) ?? 'tokens',
    tokenBudget: whole(env, 'HISTORY_TOKEN_BUDGET', 40_000, problems, { min: 500, max: 900_000 }),
    maxMessages: whole(env, 'HISTORY_MAX_MESSAGES', 20, problems, { min: 1, max: 1000 }),
  }),
  /** How long what was said is kept. */
  retention: (env, problems) => ({ days: whole(env, 'RETENTION_DAYS', KEPT_DAYS, problems, { min: 1, max: 36_500 }) }),
  /** Read by the build: up to so many tokens a bot's documents stand in every prompt, above them it searches. */
  knowledge: (env, problems) => ({
    inlineTokens: whole(env, 'KNOWLEDGE_INLINE_TOKENS', 30_000, problems, { min: 0, max: 900_000 }),
  }),
  limits: (env, problems) => ({
    maxInputChars: whole(env, 'MAX_INPUT_CHARS', 2000, problems, { min: 0, max: 1_000_000 }),
    messagesPerMinute: whole(env, 'USER_MESSAGES_PER_MINUTE', 20, problems, { min: 0, max: 100_000 }),
    userUsdPerDay: usd(env, 'USER_USD_PER_DAY', 1, problems),
    totalUsdPerDay: usd(env, 'TOTAL_USD_PER_DAY', 50, problems),
    /** By the name of the platform: caps beside that of all, so that no platform can use up what is for the others. */
    platformUsdPerDay: {
      http: usd(env, 'CHAT_USD_PER_DAY', 0, problems),
      'chat-api': usd(env, 'CHAT_API_USD_PER_DAY', 10, problems),
      ...Object.fromEntries(
        Object.keys(platformSettings).map((name) => [name, usd(env, `${name.toUpperCase()}_USD_PER_DAY`, 0, problems)]),
      ),
    } as Readonly<Record<string, number>>,
  }),
  /** The last part of where its secrets are, so that nothing else has to name it. */
  stage: (env) => ({ name: env.SECRETS_PATH?.split('/').at(-1) || 'local' }),
  /** What a bot's `secrets` name, as far as it is there: deployed each bot has its own, locally all have those of .env. */
  botSecrets: (env) => (bot: string, names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = env[env.SECRETS_PATH ? `${bot}.${name}` : name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  tools: (env, problems) => ({ names: list(env, 'TOOLS', problems) }),
  /** Of our own sentences, where neither the bot nor the user has a language. */
  speech: (env, problems) => ({ language: languageIn(env, 'LOCALE', problems) ?? 'en' }),
  attachments: (env, problems) => ({
    hosts:
      list(env, 'ATTACHMENT_HOSTS', problems) ?? Object.values(platformSettings).flatMap(({ fileHosts }) => fileHosts),
    /** The function's own, which Lambda tells it. */
    memoryMb: Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) || 1024,
  }),
  /** Spans of each call; off without an endpoint. What those who answer need of it: no secret. */
  otel: optional(['OTEL_EXPORTER_OTLP_ENDPOINT'], (env, problems) => ({
    content: oneOf(env, 'OTEL_CONTENT', ['off', 'redacted', 'full'], 'off', problems) ?? 'off',
    ...recordsOf(env, problems),
  })),
  /** What whoever delivers them needs. */
  otlp: optional(['OTEL_EXPORTER_OTLP_ENDPOINT'], (env, problems) => ({
    endpoint: baseUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', problems, '/v1/traces') ?? '',
    headers: headers(env, 'OTEL_EXPORTER_OTLP_HEADERS', problems),
  })),
  /** Off unless both keys are set; the intake needs a key of its own besides. */
  reconify: optional(['RECONIFY_APP_KEY', 'RECONIFY_API_KEY'], (env, problems) => ({
    appKey: requiredKey(env, 'RECONIFY_APP_KEY', problems),
    apiKey: requiredKey(env, 'RECONIFY_API_KEY', problems),
    endpoint: url(env, 'RECONIFY_ENDPOINT', 'https://track.reconify.com/track', problems),
    intakeKeys: chosenKeys(env, 'RECONIFY_INTAKE_KEYS', problems) ?? [],
    format: text(env, 'RECONIFY_FORMAT', problems) ?? 'anthropic',
    version: text(env, 'RECONIFY_VERSION', problems) ?? '3.0.0',
    sessionTimeoutMinutes: whole(env, 'RECONIFY_SESSION_TIMEOUT', undefined, problems, { min: 1, max: 1440 }),
    sendUserDetails: flag(env, 'RECONIFY_SEND_USER_DETAILS', problems),
    redactContacts: flag(env, 'RECONIFY_REDACT_CONTACTS', problems),
    ...recordsOf(env, problems),
  })),
  handoff: handoffIn,
  /** Who is told of what happens; nobody unless a receiver is set. */
  events: eventsIn,
  eventsDeadLetters: (env, problems) => ({
    url: required(env, 'EVENTS_DEAD_LETTERS_URL', problems),
    topicArn: text(env, 'EVENTS_TOPIC_ARN', problems),
    tableName: required(env, 'TABLE_NAME', problems),
  }),
  recordsDeadLetters: (env, problems) => ({ url: required(env, 'RECORDS_DEAD_LETTERS_URL', problems) }),
  /** Off without keys: who has one may read, and remove, what everybody said. */
  operator: optional(['OPERATOR_KEYS'], (env, problems) => ({
    keys: namedKeys(env, 'OPERATOR_KEYS', problems) ?? [],
    turnsDeadLettersUrl: required(env, 'TURNS_DEAD_LETTERS_URL', problems),
    eventsDeadLettersUrl: required(env, 'EVENTS_DEAD_LETTERS_URL', problems),
    recordsDeadLettersUrl: required(env, 'RECORDS_DEAD_LETTERS_URL', problems),
  })),
  /** Without keys it is open on a laptop, and not there on a deployed stage. */
  chat: (env, problems) => {
    const accessKeys = namedKeys(env, 'CHAT_ACCESS_KEYS', problems);
    const allowedOrigins = origins(env, 'ALLOWED_ORIGINS', problems) ?? [];
    return accessKeys || !env.SECRETS_PATH ? { accessKeys, allowedOrigins } : undefined;
  },
  /** Deployed, it is there only when id and secret are set; on a laptop the id is `local`. */
  chatApi: (env, problems) => {
    const webhookId = text(env, 'CHAT_API_WEBHOOK_ID', problems) ?? (env.SECRETS_PATH ? undefined : 'local');
    const secret = chosenKey(env, 'CHAT_API_SECRET', problems);
    if (webhookId === undefined || secret === undefined) return undefined;
    return {
      webhookId,
      secret,
      encryptionKey: chosenKey(env, 'CHAT_API_ENCRYPTION_KEY', problems),
      bot: oneOf(env, 'CHAT_API_BOT', ['claude', 'echo'], 'claude', problems) ?? 'claude',
      usersPerMinute: whole(env, 'CHAT_API_USERS_PER_MINUTE', 300, problems, { min: 0, max: 100_000 }),
      /** Of all users at once; the template sets it, since each holds one of the account's Lambdas. */
      streams: whole(env, 'CHAT_API_STREAMS', 0, problems, { min: 0, max: 10_000 }),
      allowedOrigins: origins(env, 'ALLOWED_ORIGINS', problems) ?? [],
      webhook: env.CHAT_API_WEBHOOK_URL?.trim()
        ? {
            url: url(env, 'CHAT_API_WEBHOOK_URL', '', problems),
            secret: chosenKey(env, 'CHAT_API_WEBHOOK_SECRET', problems),
            queueUrl: required(env, 'EVENTS_QUEUE_URL', problems),
          }
        : undefined,
    };
  },
  ...readersOf(platformSettings),
} satisfies Record<string, Group<unknown>>;

type Groups = typeof groups;
export type GroupName = keyof Groups;
export type Settings<G extends GroupName> = { readonly [K in G]: ReturnType<Groups[K]> };
export type ClaudeSettings = ReturnType<Groups['claude']>;
export type LimitSettings = ReturnType<Groups['limits']>;
export type ChatApiSettings = NonNullable<ReturnType<Groups['chatApi']>>;

/** The groups that hold secrets, and the name each goes by under SECRETS_PATH: a platform's is its own. */
const SECRETS: Partial<Record<GroupName, string>> = {
  claude: 'anthropic',
  chat: 'chat',
  operator: 'operator',
  chatApi: 'chat-api',
  reconify: 'reconify',
  botSecrets: 'bots',
  events: 'events',
  otlp: 'otlp',
  ...Object.fromEntries(Object.keys(platformSettings).map((name) => [name, name])),
};

/** Where records wait, whoever gets them. */
function recordsOf(env: Env, problems: string[]) {
  return {
    recordsQueueUrl: required(env, 'RECORDS_QUEUE_URL', problems),
    tableName: required(env, 'TABLE_NAME', problems),
  };
}

/** The secrets that a door of these groups reads. Who asks Bedrock has no key, nor the right to look for one. */
export function secretsOf(names: readonly GroupName[], env: Env = {}): string[] {
  const isKeyless = env.CLAUDE_PROVIDER?.trim() === 'bedrock';
  return names.flatMap((name) => (isKeyless && name === 'claude' ? [] : (SECRETS[name] ?? [])));
}

/** Throws one `BadSettings` that names every missing or invalid setting of the groups asked for. */
export function readSettings<G extends GroupName>(env: Env, names: readonly G[]): Settings<G> {
  const problems: string[] = [];
  const entries = names.map((name) => [name, groups[name](env, problems)] as const);
  if (problems.length > 0) throw new BadSettings(...problems);
  return Object.freeze(Object.fromEntries(entries)) as Settings<G>;
}

/** The process' own environment: the only place that looks at it. */
export const processEnv: Env = process.env;

/** Settings of earlier versions: somebody who still has one would wait for its effect. */
const ENDED = {
  SYSTEM_PROMPT: 'the prompt is the text of bots/default/bot.md now',
  TOOLS: 'the tools are named in the front matter of bots/default/bot.md now',
};

function refuseEnded(env: Env, problems: string[]): void {
  for (const [name, instead] of Object.entries(ENDED)) {
    if (env[name]?.trim()) problems.push(`${name} is no longer a setting: ${instead}`);
  }
}

function readersOf<P extends Record<string, { read: unknown }>>(
  platforms: P,
): { readonly [K in keyof P]: P[K]['read'] } {
  const entries = Object.entries(platforms).map(([name, { read }]) => [name, read]);
  return Object.fromEntries(entries);
}
