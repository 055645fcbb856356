/** The embedded stack behind `npm start`: what is started, in which order, and how it ends. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { itemsOf } from '../lib/config/values.ts';
import { botsFolder, useBotsOf } from '../scripts/build/bots/folder.ts';
import { readBots } from '../scripts/build/bots/read-bots.ts';
import { announce } from './announce.ts';
import { bedrockCredentials } from './bedrock.ts';
import { foreign, guardPorts } from './caller.ts';
import { startEmulators } from './emulators.ts';
import { readWritten } from './env-file.ts';
import { equip, startConsumers, toRun, visibilityOf } from './functions.ts';
import { allowPlayground } from './playground/origins.ts';
import { startPlayground } from './playground/server.ts';
import { claimPorts, portBlock, untilListening } from './ports.ts';
import { reloadBots } from './reload.ts';
import { makeResources } from './resources.ts';
import {
  functionsOf,
  httpPathOf,
  type NamedFunction,
  type Serverless,
  streamRoutesOf,
  withoutStreamRoutes,
} from './service.ts';
import {
  botSecretsIn,
  checkSettings,
  type Settings,
  settingsIn,
  unknownKeys,
  unsetSecrets,
  withLocalDefaults,
} from './settings.ts';
import { serve } from './stand-ins/serve.ts';
import { openStandIns } from './stand-ins.ts';
import { type Status, sayStack } from './status.ts';
import { toRoute } from './streaming/routes.ts';
import { startStreams } from './streaming/server.ts';
import { detach } from './surroundings.ts';
import { openTakeOver, type TakeOver } from './take-over.ts';

export interface StackOptions {
  serverless: Serverless;
  /** The options of the command line, which serverless-offline reads after us. */
  options: Record<string, unknown>;
  /** Given the folder for what is built. */
  openBuild: (outdir: string) => TakeOver;
  /** Called when everything is up. */
  onUp(): void;
  /** Keeps what must be ended; called as soon as it is there, so that nothing outlives a start that fails. */
  onEnd(stop: () => unknown): void;
  /** Told what went wrong after this returned. */
  onFailure(error: unknown): void;
}

/** Their streams wait for signals, not for Claude: they last as long as deployed ones. */
const LISTENING: ReadonlySet<string> = new Set(['chat-api']);

/** Starts everything but the doors, which serverless-offline serves once this returns. */
export async function startStack({
  serverless,
  options,
  openBuild,
  onUp,
  onEnd,
  onFailure,
}: StackOptions): Promise<void> {
  const { service, serviceDir: root } = serverless;
  const { stage } = options;
  const { env } = readWritten({ ...process.env }, typeof stage === 'string' ? { stage } : {});
  const credentials = await bedrockCredentials(env, service.provider.region);
  detach(process.env);
  useBotsOf(env);
  const ports = portBlock(env.PORT);
  const claimed = await claimPorts(ports);
  onEnd(claimed.releaseAll);
  Object.assign(options, { host: '127.0.0.1', httpPort: ports.http, lambdaPort: ports.invoke, noSponsor: true });
  const doors = `http://localhost:${ports.http}`;
  const base = `http://localhost:${ports.standIns}`;
  const dataDir = env.DATA_DIR?.trim() ? path.resolve(root, env.DATA_DIR) : undefined;

  const {
    mounts,
    settings,
    urls: standIns,
  } = await openStandIns(allowPlayground(withLocalDefaults(settingsIn(env)), ports.playground), base, doors);
  const functions = functionsOf(service);
  const surroundings = { service, root, isClaudeOffline: 'claude' in standIns };

  const folder = folderOf(functions, ports.http);
  onEnd(() => rmSync(path.resolve(root, folder), { recursive: true, force: true }));
  const build = openBuild(path.resolve(root, folder));
  const bots = await build();
  const [emulators] = await Promise.all([startEmulators(dataDir), checkSettings(settings, env)]);
  onEnd(emulators.stop);
  onEnd(guardPorts([ports.invoke, ...Object.values(emulators.endpoints).map((url) => Number(new URL(url).port))]));
  useEmulators(process.env, emulators.endpoints, service.provider.region);
  const resources = await makeResources(service.resources?.Resources ?? {}, {
    endpoints: emulators.endpoints,
    region: service.provider.region,
    visibilitySeconds: visibilityOf(surroundings, functions),
  });
  const named = readBots(botsFolder(process.env));
  equip(service, functions, resources, { ...settings, ...credentials, ...botSecretsIn(env, named) });
  for (const what of [...unsetSecrets(env, named), ...unknownKeys(env, named)]) print(`bots │ ${what}`);

  const sqs = new SQSClient({ region: service.provider.region, useQueueUrlAsEndpoint: false });
  onEnd(() => sqs.destroy());
  const consumers = await startConsumers(surroundings, functions, { sqs, resources, print });
  for (const consumer of consumers) onEnd(consumer.stop);

  const streaming = functions.filter(({ definition }) => streamRoutesOf(definition).length > 0);
  const routes = streaming.flatMap(({ key, definition }) =>
    streamRoutesOf(definition).map((event) => toRoute(key, event)),
  );
  await claimed.release(ports.streams);
  const streams =
    streaming.length > 0
      ? await startStreams({
          functions: streaming.map((fn) =>
            toRun(LISTENING.has(fn.key) ? { ...surroundings, isClaudeOffline: false } : surroundings, fn),
          ),
          routes,
          port: ports.streams,
          turnsAway: (name, request) =>
            isOpen(name, settings) ? foreign(request, itemsOf(settings, 'ALLOWED_ORIGINS')) : undefined,
          print,
        })
      : undefined;
  if (streams) onEnd(streams.stop);
  const take = openTakeOver({ root, functions, consumers, streams, build });
  const reload = reloadBots({ folder: botsFolder(process.env), take, all: bots, print });
  onEnd(reload.stop);
  for (const { definition } of streaming) definition.events = withoutStreamRoutes(definition.events);

  const doorUrls = functions.flatMap(({ key, definition }) => {
    const door = httpPathOf(definition);
    return door === undefined ? [] : [[key, `${doors}${door}`]];
  });
  const urls: Record<string, string> = {
    ...Object.fromEntries(doorUrls),
    ...Object.fromEntries(routes.map(({ name, resource }) => [name, `http://localhost:${ports.streams}${resource}`])),
    ...('talkjs' in standIns ? { say: `${standIns.talkjs}/say` } : {}),
    sqs: emulators.endpoints.AWS_ENDPOINT_URL_SQS,
    dynamodb: emulators.endpoints.AWS_ENDPOINT_URL_DYNAMODB,
    stack: `${base}/stack`,
    playground: `http://localhost:${ports.playground}`,
  };
  const status = (): Status => ({
    processes: [...consumers, ...(streams ? [streams] : [])].flatMap((part) => part.processes()),
    urls,
    standIns,
    bots: reload.view(),
  });

  // Last of all, so that whoever can ask for the stack, or speak to a stand-in, finds everything up.
  const open = async () => {
    if (doorUrls.length > 0) await untilListening(ports.http);
    await claimed.release(ports.playground);
    const playground = await startPlayground({
      port: ports.playground,
      tableName: resources.resolve({ Ref: 'Table' }),
      settings,
      status,
      output: process.stdout,
    });
    onEnd(playground.close);
    const { claude } = mounts;
    const observed = claude ? { ...mounts, claude: playground.observeClaude(claude) } : mounts;
    await claimed.release(ports.standIns);
    const server = await serve({ ...observed, stack: sayStack(status) }, ports.standIns);
    onEnd(server.close);
    onUp();
    process.stdout.write(announce(status(), dataDir));
  };
  for (const port of [ports.http, ports.invoke]) await claimed.release(port);
  open().catch(onFailure);
}

/** Points the functions to a folder of this stack's own: others, and a package that is being built, leave it alone. */
function folderOf(functions: readonly NamedFunction[], port: number): string {
  const folder = `dist/local/${port}`;
  for (const { definition } of functions) definition.handler = `${folder}/${path.basename(definition.handler)}`;
  return folder;
}

/** Whether somebody without a key may speak to a function; the other ones are often behind a tunnel, which has a name of its own. */
function isOpen(name: string, { CHAT_ACCESS_KEYS, CHAT_API_ENCRYPTION_KEY }: Settings): boolean {
  return (name === 'chat' && !CHAT_ACCESS_KEYS) || (name === 'chat-api' && !CHAT_API_ENCRYPTION_KEY);
}

/** Before any client is made: the functions, and serverless-offline's workers, take over every AWS_ name from here. */
function useEmulators(env: NodeJS.ProcessEnv, endpoints: Record<string, string>, region: string) {
  Object.assign(env, endpoints, { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
}

function print(line: string) {
  process.stdout.write(`${line}\n`);
}
