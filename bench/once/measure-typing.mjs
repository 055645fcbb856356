/**
 * Prints when a user of TalkJS sees something: `node bench/once/measure-typing.mjs [runs]`. For each TALKJS_TYPING it starts a stack of its
 * own, whose offline Claude takes about four seconds for an answer, lets five users at a time ask, each in a conversation of its own,
 * and looks at the conversations every 20 ms. The answer begins with a sentence of three words.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RUNS = Number(process.argv[2] ?? 30);
const WARM_UP_RUNS = 20;
const AT_ONCE = 5;
const PORT = Number(process.env.PORT ?? 24_500);
const REST = 'And here is what you do about it, step by step, until it is done. ';
const TEXT = `Yes, that works. ${REST.repeat(4).trim()}`;
const PLACEHOLDER = '_…_';
const root = path.resolve(import.meta.dirname, '../..');
const talkjs = `http://localhost:${PORT + 3}/talkjs`;

for (const typing of ['off', 'placeholder', 'stream']) {
  const stack = spawn(process.execPath, [path.join(root, 'node_modules/serverless/bin/serverless.js'), 'offline'], {
    cwd: root,
    env: {
      ...process.env,
      PORT: String(PORT),
      ANTHROPIC_API_KEY: '',
      ANTHROPIC_BASE_URL: '',
      TALKJS_TYPING: typing,
      DATA_DIR: '',
      USER_MESSAGES_PER_MINUTE: '100000',
      USER_USD_PER_DAY: '1000',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await untilUp(stack);
    await script({ text: 'Warm.', tokenMs: 0 });
    for (let run = 0; run < WARM_UP_RUNS; run++) await ask(`warm-up-${run}`, 'Warm.');
    await script({ text: TEXT, tokenMs: 50 });
    const runs = [];
    while (runs.length < RUNS) {
      const group = Array.from({ length: AT_ONCE }, (_, i) => ask(`run-${runs.length + i}`, TEXT));
      runs.push(...(await Promise.all(group)));
    }
    const row = (name) => `${name} ${middle(runs.map((run) => run[name])).toFixed(0)}`;
    console.log(`${typing}, ms, p50 of ${RUNS}: ${['sign', 'words', 'end', 'texts'].map(row).join(', ')}`);
  } finally {
    const gone = new Promise((done) => stack.once('exit', done));
    if (stack.kill('SIGTERM')) await gone;
  }
}

/** When anything of the bot was there, when words of the answer, and when all of it (ms); how many texts the message had. */
async function ask(conversationId, text) {
  const began = performance.now();
  await post(`${talkjs}/say`, { conversationId, userId: `user-${conversationId}`, text: 'How does a stream feel?' });
  const seen = [];
  const at = {};
  for (;;) {
    const { messages = [] } = await (await fetch(`${talkjs}/say/${conversationId}`)).json().then(asPage);
    const answer = messages.find(({ sender }) => sender === 'claude');
    const now = performance.now() - began;
    if (answer && answer.text !== seen.at(-1)) seen.push(answer.text);
    if (answer) at.sign ??= now;
    if (answer && answer.text !== PLACEHOLDER) at.words ??= now;
    if (answer?.text === text && answer.custom?.isTyping !== 'true') {
      return { ...at, end: now, texts: seen.length };
    }
    if (now > 120_000) throw new Error('no answer');
    await sleep(20);
  }
}

function asPage(body) {
  return Array.isArray(body) ? { messages: body } : body;
}

async function script(fault) {
  const claude = `http://localhost:${PORT + 3}/claude`;
  await fetch(`${claude}/faults`, { method: 'DELETE' });
  await post(`${claude}/faults`, [{ ...fault, times: 'forever' }]);
}

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
}

function middle(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function untilUp(stack) {
  for (;;) {
    if (stack.exitCode !== null) throw new Error('the stack ended');
    const response = await fetch(`http://localhost:${PORT + 3}/stack`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(100);
  }
}
