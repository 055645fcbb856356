/** The bots under test: how each is started, and which of its processes a crash ends. */
import path from 'node:path';
import { dist } from '../measure/build.mjs';
import { start } from '../measure/children.mjs';
import { openPlatform } from './platforms.mjs';
import { openState } from './state.mjs';

/** Of our worker's function: a crashed message comes back this long (ms) and 5 s after it was taken. */
const WORKER_LIMIT_MS = 12_000;
const file = (name) => new URL(name, import.meta.url);

export async function openTutorial({ env, claude }) {
  let bot;
  const platform = await openPlatform('talkjs', () => `http://127.0.0.1:${bot?.ready.port}/talkjs`, 50);
  const launch = async () => {
    bot = await start(file('tutorial-process.mjs'), {
      env: { ...env, ANTHROPIC_BASE_URL: claude.url, TALKJS_API_URL: platform.url },
    });
  };
  await launch();
  return {
    name: "TalkJS' tutorial",
    platform,
    crash: () => bot.kill().then(launch),
    isDone: async () => true,
    close: () => bot.kill(),
  };
}

export async function openChatSdk({ env, claude }, strategy) {
  let bot;
  const state = await openState();
  const platform = await openPlatform('slack', () => `http://127.0.0.1:${bot?.ready.port}/slack`);
  const launch = async () => {
    bot = await start(file('chat-sdk.mjs'), {
      args: [strategy, state.url],
      env: { ...env, ANTHROPIC_BASE_URL: claude.url, SLACK_API_URL: `${platform.url}/api/` },
    });
  };
  await launch();
  const close = async () => {
    await bot.kill();
    state.close();
  };
  return {
    name: `Vercel Chat SDK, ${strategy}`,
    platform,
    crash: () => bot.kill().then(launch),
    isDone: async () => true,
    close,
  };
}

/** The door and the worker crash in turns. */
export async function openOurs({ env, claude }) {
  const aws = await start(new URL('../measure/aws.mjs', import.meta.url), { env });
  let door;
  let worker;
  let crashes = 0;
  const platform = await openPlatform('talkjs', () => `http://127.0.0.1:${door?.ready.port}/talkjs`);
  const settings = { ...env, ...aws.ready.env, ANTHROPIC_BASE_URL: claude.url, TALKJS_API_URL: platform.url };
  const openDoor = async () => {
    door = await start(file('door.mjs'), { args: [path.join(dist, 'ours/talkjs.mjs')], env: settings });
  };
  const openWorker = async () => {
    const args = [path.join(dist, 'ours/reply.mjs'), '30', String(WORKER_LIMIT_MS)];
    worker = await start(file('worker.mjs'), { args, env: settings });
  };
  await Promise.all([openDoor(), openWorker()]);
  return {
    name: 'ours',
    platform,
    crash: () => (crashes++ % 2 === 0 ? worker.kill().then(openWorker) : door.kill().then(openDoor)),
    isDone: async () => (await aws.ask('depth')) === 0,
    close: () => Promise.all([door, worker, aws].map((child) => child.kill())),
  };
}
