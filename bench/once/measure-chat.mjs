/**
 * Prints what /chat adds to Claude's own time: `node bench/once/measure-chat.mjs [runs]`. Starts a stack of its own, whose offline Claude
 * takes 50 ms a token, and sends it the same question through /chat and through the SDK, by turns in random order. Each run is a
 * session of its own; limits are on.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';

const RUNS = Number(process.argv[2] ?? 50);
/** A process that is asked now and then has run its code often. */
const WARM_UP_RUNS = 300;
const TOKEN_MS = 50;
const TEXT = 'A stream shows its first words while the last ones are still being thought of. '.repeat(2);
const root = path.resolve(import.meta.dirname, '../..');

const port = await freeBlock();
const base = `http://localhost:${port + 1}/chat`;
const claude = `http://localhost:${port + 3}/claude`;
const stack = spawn(process.execPath, [path.join(root, 'node_modules/serverless/bin/serverless.js'), 'offline'], {
  cwd: root,
  // Empty, so that neither the shell's settings nor those of .env are taken.
  env: {
    ...process.env,
    PORT: String(port),
    ANTHROPIC_API_KEY: '',
    ANTHROPIC_BASE_URL: '',
    CHAT_ACCESS_KEYS: '',
    DATA_DIR: '',
    USER_MESSAGES_PER_MINUTE: '100000',
    USER_USD_PER_DAY: '1000',
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  await untilUp();
  await script({ text: 'Warm.', tokenMs: 0 });
  for (let run = 0; run < WARM_UP_RUNS; run++) await throughChat(`warm-up-${run}`);
  const { stream: _, ...request } = (await (await fetch(`${claude}/requests`)).json()).at(-1).body;
  const client = new Anthropic({ apiKey: 'offline', baseURL: claude, maxRetries: 0 });
  for (let run = 0; run < WARM_UP_RUNS; run++) await throughSdk(client, request);
  await script({ text: TEXT, tokenMs: TOKEN_MS });

  const times = { sdk: [], chat: [] };
  for (let run = 0; run < RUNS; run++) {
    const ways = [
      async () => times.chat.push(await throughChat(`run-${run}`)),
      async () => times.sdk.push(await throughSdk(client, request)),
    ];
    if (Math.random() < 0.5) ways.reverse();
    for (const way of ways) await way();
  }
  print(times);
} finally {
  stack.kill('SIGINT');
}

async function script(fault) {
  await fetch(`${claude}/faults`, { method: 'DELETE' });
  await fetch(`${claude}/faults`, { method: 'POST', body: JSON.stringify([{ ...fault, times: 'forever' }]) });
}

async function throughChat(session) {
  const began = performance.now();
  const response = await fetch(`${base}/${session}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: 'How does a stream feel?' }),
  });
  let first;
  let received = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    first ??= performance.now() - began;
    received += decoder.decode(chunk, { stream: true });
  }
  const total = performance.now() - began;
  if (!received.includes('"done":true')) throw new Error(`no answer: ${received}`);
  return { first, total };
}

async function throughSdk(client, request) {
  const began = performance.now();
  let first;
  const stream = client.messages.stream(request);
  stream.on('text', () => {
    first ??= performance.now() - began;
  });
  await stream.finalMessage();
  return { first, total: performance.now() - began };
}

function print({ sdk, chat }) {
  const row = (of) => ({
    sdk: at(sdk.map(of), 0.5),
    '/chat': at(chat.map(of), 0.5),
    overhead: at(chat.map(of), 0.5) - at(sdk.map(of), 0.5),
    'overhead p90': at(chat.map(of), 0.9) - at(sdk.map(of), 0.9),
  });
  const rows = { 'first delta': row(({ first }) => first), done: row(({ total }) => total) };
  console.log(
    `ms, p50 of ${RUNS} interleaved runs, offline Claude at ${TOKEN_MS} ms a token, Node ${process.versions.node}`,
  );
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([name, columns]) => [
        name,
        Object.fromEntries(Object.entries(columns).map(([column, ms]) => [column, ms.toFixed(1)])),
      ]),
    ),
  );
}

function at(values, quantile) {
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * quantile)];
}

async function untilUp() {
  for (;;) {
    if (stack.exitCode !== null) throw new Error('the stack ended');
    const response = await fetch(`http://localhost:${port + 3}/stack`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(100);
  }
}

/** The first of five free ports in a row, as far as one can know. */
async function freeBlock() {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 30_000);
    const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
