/** The embedded stack: its table of stand-ins. Each steps aside when the service it stands for is configured. */
import { platforms } from '../lib/platforms/all.ts';
import type { Settings } from './settings.ts';
import { type StandIn, whole } from './stand-ins/kit/stand-in.ts';
import type { Handler } from './stand-ins/serve.ts';

/** Milliseconds per piece of an offline answer: slow enough to see it stream, quick enough not to wait for it. */
const TOKEN_MS = 10;

export const standIns: readonly StandIn[] = [
  {
    name: 'claude',
    title: 'Claude',
    // A gateway of one's own may want no key, but the SDK does.
    real: (settings) => {
      if (settings.CLAUDE_PROVIDER === 'bedrock') return settings;
      const isSet = settings.ANTHROPIC_API_KEY || settings.ANTHROPIC_BASE_URL;
      return isSet ? { ANTHROPIC_API_KEY: 'none', ...settings } : undefined;
    },
    instead: 'set ANTHROPIC_API_KEY, or CLAUDE_PROVIDER=bedrock',
    open: async ({ url }) => {
      const { createClaude } = await import('./stand-ins/claude.ts');
      const { handle } = createClaude({ tokenMs: TOKEN_MS });
      return { handle, settings: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'offline' } };
    },
  },
  ...(await Promise.all(Object.keys(platforms).map(standInFor))),
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
    examples: (url) => ['See the records of each call at Reconify:', `  curl ${url}/records`],
  },
  {
    name: 'otlp',
    title: 'OpenTelemetry',
    real: (settings) =>
      whole(settings, 'OpenTelemetry', ['OTEL_EXPORTER_OTLP_ENDPOINT'], ['OTEL_EXPORTER_OTLP_HEADERS']),
    instead: 'set OTEL_EXPORTER_OTLP_ENDPOINT',
    open: async ({ url }) => {
      const { createOtlp } = await import('./stand-ins/otlp.ts');
      return { handle: createOtlp().handle, settings: { OTEL_EXPORTER_OTLP_ENDPOINT: url } };
    },
    examples: (url) => ['and as spans:', `  curl ${url}`],
  },
  {
    name: 'events',
    title: 'Events',
    real: (settings) =>
      whole(
        settings,
        'The webhook of events',
        ['EVENTS_WEBHOOK_URL'],
        ['EVENTS_WEBHOOK_SECRET', 'EVENTS_WEBHOOK_FORMAT'],
      ),
    instead: 'set EVENTS_WEBHOOK_URL and EVENTS_WEBHOOK_SECRET',
    open: async ({ url }) => {
      const { createEvents } = await import('./stand-ins/events.ts');
      const secret = `whsec_${Buffer.from('claude behind chat on a laptop').toString('base64')}`;
      return {
        handle: createEvents(secret).handle,
        settings: { EVENTS_WEBHOOK_URL: `${url}/hook`, EVENTS_WEBHOOK_SECRET: secret },
      };
    },
    examples: (url) => ['See what others were told (handoffs, failures):', `  curl ${url}`],
  },
];

/** Of a platform: the file that has its name exports it. */
async function standInFor(platform: string): Promise<StandIn> {
  const { standIn }: { standIn: StandIn } = await import(`./stand-ins/${platform}.ts`);
  return standIn;
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
