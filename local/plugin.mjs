/** The plugin of serverless.yml: builds before packaging; for `serverless offline` it also starts the embedded stack. */
import process from 'node:process';

// The Lambda's own version. An older one could not even load the TypeScript behind this file.
const MIN_NODE_MAJOR = 24;

export default class EmbeddedStack {
  constructor(serverless, options, { log }) {
    this.commands = {
      offline: { options: { json: { usage: 'Prints nothing but JSON lines', type: 'boolean' } } },
    };
    const build = async () => {
      const { build, doorsWithBots } = await import('../scripts/build/build.mjs');
      const { memoryFor } = await import('../scripts/build/knowledge/memory.ts');
      const built = await build({ root: serverless.serviceDir, isChecked: true }).catch(inOneSentence);
      for (const door of doorsWithBots(built)) {
        const answering = serverless.service.getFunction(door);
        answering.memorySize = memoryFor(built.indexed, answering.memorySize);
      }
    };
    const handOver = async () => {
      refuseOldNode();
      const { handSettingsOver } = await import('../scripts/stage/hand-over.ts');
      await handSettingsOver(serverless.service, options);
    };
    const start = async () => {
      refuseOldNode();
      const { run } = await import('./run.ts'); // `package` and `deploy` need little of it
      takeOverTheEnd(serverless);
      if (options.json) (await import('./json-lines.ts')).showJson(process.stdout);
      else if (process.stdout.isTTY) (await import('./readable.ts')).showReadable(process.stdout);
      const onUp = options.verbose ? () => {} : silence(log);
      const { openLiveBuild } = await import('../scripts/build/live.mjs');
      await run({ serverless, options, openBuild: (outdir) => openLiveBuild(serverless.serviceDir, outdir), onUp });
    };
    this.hooks = {
      'before:package:initialize': handOver,
      'before:deploy:function:initialize': handOver,
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
      'before:offline:start': start, // `serverless offline`
      'before:offline:start:init': start, // `serverless offline start`
      'before:offline:start:end': never,
    };
  }
}

/** What is wrong with a bot's tools, or with a model, needs no stack. */
function inOneSentence(error) {
  if (error?.name !== 'BadSettings') throw error;
  console.error(error.message);
  process.exit(1);
}

function refuseOldNode() {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= MIN_NODE_MAJOR) return;
  console.error(
    `This needs Node ${MIN_NODE_MAJOR} and is ${node}: use "npm start", "npm run package" or "npm run deploy", which take the one that "npm ci" installed.`,
  );
  process.exit(1);
}

/** serverless-offline would exit as soon as its own servers are closed, and leave the processes of the stack behind. */
function takeOverTheEnd({ pluginManager }) {
  const offline = pluginManager.plugins.find(({ hooks }) => hooks && 'offline:start' in hooks);
  if (offline) offline.end = never;
}

function never() {
  return new Promise(() => {});
}

/**
 * Keeps back serverless-offline's line per request, and, until the function given back is called, the tables it prints at
 * its start. Its warnings and errors stay.
 */
function silence(log) {
  const notices = log?.levelRoot?.get?.('serverless:plugin:serverless-offline');
  if (notices) notices.isEnabled = false;
  const spoken = console.log;
  console.log = () => {};
  return () => {
    console.log = spoken;
  };
}
