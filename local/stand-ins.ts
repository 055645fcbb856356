/** The embedded stack: its table of stand-ins. Each steps aside when the service it stands for is configured. */
import { CannotStart } from './cannot-start.ts';
import type { Settings } from './settings.ts';
import type { Handler } from './stand-ins/serve.ts';

export interface StandInContext {
  settings: Settings;
  /** Where this stand-in will be mounted. */
  url: string;
  /** Where API Gateway's routes are. */
  doors: string;
}

interface OpenStandIn {
  handle: Handler;
  /** What makes the functions talk to it. */
  settings: Settings;
}

interface StandIn {
  /** Its mount, and its name in `GET /stack`. */
  name: string;
  title: string;
  /** The settings to run with when the real service is configured, else undefined; throws `CannotStart` for a half. */
  real(settings: Settings): Settings | undefined;
  /** How to get the real service instead. */
  instead: string;
  open(context: StandInContext): Promise<OpenStandIn>;
  /** Lines that show how to try it. */
  examples?(url: string): string[];
}

/** Milliseconds per piece of an offline answer: slow enough to see it stream, quick enough not to wait for it. */
const TOKEN_MS = 10;

export const standIns: readonly StandIn[] = [
  {
    name: 'claude',
    title: 'Claude',
    // A gateway of one's own may want no key, but the SDK does.
    real: (settings) =>
      settings.ANTHROPIC_API_KEY || settings.ANTHROPIC_BASE_URL
        ? { ANTHROPIC_API_KEY: 'none', ...settings }
        : undefined,
    instead: 'set ANTHROPIC_API_KEY',
    open: async ({ url }) => {
      const { createClaude } = await import('./stand-ins/claude.ts');
      const { handle } = createClaude({ tokenMs: TOKEN_MS });
      return { handle, settings: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'offline' } };
    },
  },
  {
    name: 'talkjs',
    title: 'TalkJS',
    real: (settings) => whole(settings, 'TalkJS', ['TALKJS_APP_ID', 'TALKJS_SECRET_KEY'], ['TALKJS_API_URL']),
    instead: 'set TALKJS_APP_ID and TALKJS_SECRET_KEY',
    open: async ({ settings, url, doors }) => {
      const { createTalkjs } = await import('./stand-ins/talkjs.ts');
      const appId = 'local';
      const secretKey = 'sk_local_stand_in';
      const botId = settings.TALKJS_BOT_ID ?? 'claude';
      const { handle } = createTalkjs({ appId, secretKey, botId, webhookUrl: `${doors}/talkjs` });
      const secrets = [secretKey, settings.TALKJS_WEBHOOK_SECRETS].filter(Boolean).join(',');
      const own = { TALKJS_APP_ID: appId, TALKJS_SECRET_KEY: secretKey, TALKJS_API_URL: url };
      return { handle, settings: { ...own, TALKJS_WEBHOOK_SECRETS: secrets } };
    },
    examples: (url) => [
      'Say something as a TalkJS user:',
      `  curl ${url}/say -H 'content-type: application/json' -d '{"conversationId":"demo","userId":"ada","text":"Hello, my name is Ada."}'`,
      'and read the conversation:',
      `  curl ${url}/say/demo`,
    ],
  },
  {
    name: 'botpress',
    title: 'Botpress',
    real: (settings) => {
      const key = settings.BOTPRESS_USER_KEY ? 'BOTPRESS_USER_KEY' : 'BOTPRESS_ENCRYPTION_KEY';
      return whole(settings, 'Botpress', ['BOTPRESS_API_URL', 'BOTPRESS_WEBHOOK_SECRET', key], []);
    },
    instead: 'set BOTPRESS_API_URL, BOTPRESS_WEBHOOK_SECRET and BOTPRESS_ENCRYPTION_KEY',
    open: async ({ url, doors }) => {
      const { createBotpress } = await import('./stand-ins/botpress.ts');
      const webhookId = 'local';
      const keys = { encryptionKey: 'local encryption key', webhookSecret: 'local webhook secret' };
      const { handle } = createBotpress({ webhookId, webhookUrl: `${doors}/botpress/events`, ...keys });
      return {
        handle,
        settings: {
          BOTPRESS_API_URL: `${url}/${webhookId}`,
          BOTPRESS_ENCRYPTION_KEY: keys.encryptionKey,
          BOTPRESS_WEBHOOK_SECRET: keys.webhookSecret,
        },
      };
    },
    examples: (url) => [
      'Say something as a Botpress user:',
      `  curl ${url}/say -H 'content-type: application/json' -d '{"conversationId":"demo","userId":"ada","text":"Hello, my name is Ada."}'`,
      'and read the conversation:',
      `  curl ${url}/say/demo`,
    ],
  },
  {
    name: 'reconify',
    title: 'Reconify',
    real: (settings) => whole(settings, 'Reconify', ['RECONIFY_APP_KEY', 'RECONIFY_API_KEY'], ['RECONIFY_ENDPOINT']),
    instead: 'set RECONIFY_APP_KEY and RECONIFY_API_KEY',
    open: async ({ settings, url }) => {
      const { createReconify } = await import('./stand-ins/reconify.ts');
      const keys = { appKey: 'local-app', apiKey: 'local-api' };
      return {
        handle: createReconify(keys).handle,
        settings: {
          RECONIFY_APP_KEY: keys.appKey,
          RECONIFY_API_KEY: keys.apiKey,
          RECONIFY_ENDPOINT: `${url}/track`,
          RECONIFY_INTAKE_KEYS: settings.RECONIFY_INTAKE_KEYS ?? 'local',
        },
      };
    },
    examples: (url) => ['See what the interaction log received:', `  curl ${url}/records`],
  },
];

/** All of `needed`, or none of them nor of `others`: half a configuration is somebody's mistake. */
function whole(
  settings: Settings,
  title: string,
  needed: readonly string[],
  others: readonly string[],
): Settings | undefined {
  if ([...needed, ...others].every((name) => !settings[name])) return undefined;
  const missing = needed.filter((name) => !settings[name]);
  if (missing.length === 0) return settings;
  const [are, them] = missing.length > 1 ? ['are', 'them'] : ['is', 'it'];
  throw new CannotStart(
    `${title} is half configured: ${missing.join(' and ')} ${are} missing; set ${them}, or none for the stand-in.`,
  );
}

export interface OpenStandIns {
  mounts: Record<string, Handler>;
  /** The given settings, with those of the stand-ins and of the real services. */
  settings: Settings;
  /** The stand-ins in use, by name, with their URL. */
  urls: Record<string, string>;
}

/** Opens the stand-ins that are needed; `base` is where they will be mounted. */
export async function openStandIns(given: Settings, base: string, doors: string): Promise<OpenStandIns> {
  const mounts: Record<string, Handler> = {};
  const urls: Record<string, string> = {};
  let settings = given;
  for (const standIn of standIns) {
    const real = standIn.real(given);
    if (real) {
      settings = { ...real, ...settings };
      continue;
    }
    const url = `${base}/${standIn.name}`;
    const open = await standIn.open({ settings: given, url, doors });
    mounts[standIn.name] = open.handle;
    urls[standIn.name] = url;
    settings = { ...settings, ...open.settings };
  }
  return { mounts, settings, urls };
}
