/** `npm run doctor`: looks at every setting, key and URL, tries the doors, and says what to do. With `--stage <name>`: of a deployed stage. */
import { parseArgs } from 'node:util';
import { type ClaudeSettings, type Env, readSettings } from '../lib/config.ts';
import { BadSettings } from '../lib/errors.ts';
import { platforms } from '../lib/platforms/all.ts';
import { type Finding, off, ok, wrong } from '../lib/platforms/kit/finding.ts';
import type { Manifest } from '../lib/platforms/kit/manifest.ts';
import { CannotStart } from '../local/cannot-start.ts';
import { readWritten } from '../local/env-file.ts';
import { portBlock } from '../local/ports.ts';
import { settingsIn, withLocalDefaults } from '../local/settings.ts';
import { openStandIns } from '../local/stand-ins.ts';
import { botsFolder, useBotsOf } from './build/bots/folder.ts';
import { type BotFolder, readBots } from './build/bots/read-bots.ts';
import { CannotRun } from './cannot-run.ts';
import { checkBedrock } from './doctor/bedrock.ts';
import { ANTHROPIC_URL, checkClaude } from './doctor/claude.ts';
import { checkClock } from './doctor/clock.ts';
import { concealing, toLines } from './doctor/finding.ts';
import { checkNode, checkStack, type RunningStack } from './doctor/machine.ts';
import { checkOtlp } from './doctor/otlp.ts';
import { checkQueues } from './doctor/queues.ts';
import { checkSettings } from './doctor/settings.ts';
import { checkDeployed } from './doctor/stage.ts';
import { tryDoor, untried } from './doctor/webhooks.ts';
import { readableBots, secretNames, writtenName } from './stage/stage.ts';

const manifests = Object.entries<Manifest<unknown>>(platforms);

/** Where nothing else is set. */
const TALKJS_URL = 'https://api.talkjs.com';

type Report = Record<string, Finding[]>;

interface Examined {
  report: Report;
  /** Where somebody may have put a secret; those of the stand-ins are none. */
  envs: Env[];
}

try {
  const { values } = parseArgs({ options: { stage: { type: 'string' }, json: { type: 'boolean' } } });
  const examined = values.stage === undefined ? await examineHere() : await examineStage(values.stage);
  tell(examined, values.json ?? false);
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error;
  console.error(
    isUsage
      ? 'npm run doctor [-- [--stage <name>] [--json]]'
      : error instanceof CannotRun || error instanceof BadSettings
        ? error.message
        : error,
  );
  process.exitCode = 1;
}

async function examineHere(): Promise<Examined> {
  const { env } = readWritten(process.env);
  useBotsOf(env);
  const { findings, stack } = await checkStack(env.PORT);
  const machine = [checkNode(process.versions.node), ...findings];
  const given = settingsIn(env);
  const local = await withStandIns(given, env.PORT);
  if ('what' in local) {
    const others = await checkSettings({ ANTHROPIC_API_KEY: 'offline', ...given }, env);
    const wrongs = others.filter(({ mark }) => mark === 'wrong');
    return { report: { Machine: machine, Settings: [local, ...wrongs] }, envs: [env] };
  }
  const settings = await checkSettings(local.settings, env);
  const report: Report = { Machine: machine, Settings: settings };
  if (settings.some(({ mark }) => mark === 'wrong')) return { report, envs: [env] };
  report.Services = await checkServices(local.settings, stack ? [] : Object.keys(local.urls));
  if (stack) {
    report.Doors = await tryDoors(local, stack);
    report.Queues = await checkQueues(undefined, env);
  }
  return { report, envs: [env] };
}

/** The settings as `npm start` would have them, stand-ins included. */
async function withStandIns(given: Record<string, string>, port: string | undefined) {
  try {
    const ports = portBlock(port);
    const base = `http://localhost:${ports.standIns}`;
    return await openStandIns(withLocalDefaults(given), base, `http://localhost:${ports.http}`);
  } catch (error) {
    if (error instanceof CannotStart) return wrong(error.message, 'put it right in .env');
    throw error;
  }
}

/** `away` are the stand-ins that do not run. */
async function checkServices(env: Env, away: readonly string[]): Promise<Finding[]> {
  const readable = { ...env, RECORDS_QUEUE_URL: 'x', TABLE_NAME: 'x' };
  const { claude, reconify, otlp } = readSettings(readable, ['claude', 'reconify', 'otlp']);
  const isAway = (name: string) => away.includes(name);
  const bots = readBots(botsFolder(process.env));
  const addresses = [
    ...(isAway('claude') || claude.provider === 'bedrock' ? [] : [claude.baseUrl ?? ANTHROPIC_URL]),
    ...(isAway('talkjs') || !env.TALKJS_APP_ID ? [] : [env.TALKJS_API_URL || TALKJS_URL]),
  ];
  const asked = await Promise.all([
    checkClock(addresses),
    isAway('claude')
      ? [off('Claude: the offline stand-in, until ANTHROPIC_API_KEY is set')]
      : checkProvider(claude, bots),
    ...manifests.map(([name, { settings, operator }]) => {
      if (isAway(name)) return [off(`${operator.title}: the stand-in, until its keys are set`)];
      const own = settings.read(readable, []);
      return own ? operator.check(own, bots) : [];
    }),
    reconify && !isAway('reconify') ? [off('Reconify was not tried: whatever is sent there is recorded')] : [],
    otlp && !isAway('otlp') ? checkOtlp(otlp) : [],
  ]);
  return asked.flat();
}

/** Every model that is asked for an answer: the settings' and the bots'. */
function checkProvider(claude: ClaudeSettings, bots: readonly BotFolder[]): Promise<Finding[]> {
  const named = [claude, ...bots].flatMap(({ model, fallbackModel }) => [model ?? [], fallbackModel ?? []].flat());
  const models = [...new Set(named)];
  return claude.provider === 'bedrock' ? checkBedrock(claude, models) : checkClaude(claude, models);
}

async function tryDoors(local: Exclude<Awaited<ReturnType<typeof withStandIns>>, Finding>, stack: RunningStack) {
  const [ours, theirs] = [local.urls, stack.standIns].map((urls) => Object.keys(urls).sort().join(', '));
  if (ours !== theirs)
    return [wrong('the running stack was started with other settings than are set now', 'end it and start it again')];
  return [ok(`stand-ins in use: ${ours || 'none'}`), ...(await tryWebhooks(local.settings, stack.urls))];
}

/** `urls` are the doors, by the platform's name. */
async function tryWebhooks(env: Env, urls: Readonly<Record<string, string>>): Promise<Finding[]> {
  const tried = await Promise.all(
    manifests.map(([name, { settings, operator }]) => {
      const [own, url] = [settings.read(env, []), urls[name]];
      return own && url ? tryDoor(operator.title, url, operator.trial(own, Date.now())) : [untried(operator.title)];
    }),
  );
  return tried.flat();
}

async function examineStage(name: string): Promise<Examined> {
  const { findings, env, doors } = await checkDeployed(name, process.env);
  const report: Report = { Machine: [checkNode(process.versions.node)], [`Stage ${name}`]: findings };
  const isReadable = Object.keys(env).length > 0 && findings.every(({ mark }) => mark !== 'wrong');
  if (isReadable) {
    report.Services = await checkServices(env, []);
    report.Doors = await tryWebhooks(env, doors);
    report.Queues = await checkQueues(name, process.env);
  }
  return { report, envs: [process.env, env] };
}

function tell({ report, envs }: Examined, asJson: boolean): void {
  const named = [...secretNames(readableBots(process.env)).values()].flat();
  const names = named.flatMap((name) => [name, writtenName(name)]);
  const conceal = concealing(envs.flatMap((env) => names.flatMap((name) => env[name] ?? [])));
  const findings = Object.values(report).flat();
  const wrongs = findings.filter(({ mark }) => mark === 'wrong').length;
  const verdict = wrongs === 0 ? 'Nothing is wrong.' : `${wrongs} ${wrongs === 1 ? 'thing is' : 'things are'} wrong.`;
  const text = asJson
    ? JSON.stringify(report, null, 2)
    : [...Object.entries(report).map(([title, found]) => toLines(title, found)), verdict].join('\n\n');
  console.log(conceal(text));
  process.exitCode = wrongs === 0 ? 0 : 1;
}
