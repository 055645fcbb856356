/**
 * 100 streams while messages are created as fast as the machine takes them:
 * `node bench/once/chat-api-load.mjs <apiUrl> [conversations] [seconds] [writers per conversation]`, against a stack with CHAT_API_BOT=echo.
 * Prints how many signals each listener should have had and had, and exits with 1 when one was lost, doubled or out of order.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const [apiUrl, conversations = '10', seconds = '30', writers = '1'] = process.argv.slice(2);
if (!apiUrl) throw new Error('Which apiUrl? For example http://localhost:3001/chat-api/local');
const LISTENERS = 100;
/** Nothing new for so long (ms) means that all has been told. */
const QUIET_MS = 4_000;

async function call(method, path, { key, body } = {}) {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: key ? { 'x-user-key': key } : {},
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function listen(room) {
  const seen = { room, numbers: [], created: [], delays: [], hasEnded: false };
  const opened = fetch(`${apiUrl}/conversations/${room.id}/listen`, { headers: { 'x-user-key': room.key } });
  const read = async ({ body }) => {
    let rest = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) take(block);
    }
  };
  const take = (block) => {
    const id = /^id: (\d+)-(\d+)$/m.exec(block);
    if (!id) return;
    const { type, data } = JSON.parse(/^data: (.*)$/m.exec(block)[1]);
    seen.numbers.push(Number(id[1]));
    if (type === 'message_created') seen.created.push(data.id);
    seen.delays.push({ ms: Date.now() - Number(id[2]), isBot: data.isBot });
    lastNewsAt = Date.now();
  };
  const ready = opened.then((response) => {
    read(response)
      .catch(() => {})
      .finally(() => {
        seen.hasEnded = true;
      });
  });
  return { seen, ready };
}

let lastNewsAt = Date.now();
const rooms = await Promise.all(
  Array.from({ length: Number(conversations) }, async () => {
    const { key } = await call('POST', '/users', { body: {} });
    const { conversation } = await call('POST', '/conversations', { key, body: {} });
    return { key, id: conversation.id, said: [] };
  }),
);
const listeners = Array.from({ length: LISTENERS }, (_, i) => listen(rooms[i % rooms.length]));
await Promise.all(listeners.map(({ ready }) => ready));
await sleep(500);

const until = Date.now() + Number(seconds) * 1000;
const took = [];
async function write(room) {
  while (Date.now() < until) {
    const startedAt = performance.now();
    const payload = { type: 'text', text: `message ${room.said.length}` };
    const { message } = await call('POST', '/messages', { key: room.key, body: { conversationId: room.id, payload } });
    took.push(performance.now() - startedAt);
    room.said.push(message.id);
  }
}
await Promise.all(rooms.flatMap((room) => Array.from({ length: Number(writers) }, () => write(room))));
const written = rooms.reduce((sum, { said }) => sum + said.length, 0);
while (Date.now() - lastNewsAt < QUIET_MS) await sleep(100);

let [lost, doubled, disordered, told] = [0, 0, 0, 0];
for (const { seen } of listeners) {
  const highest = Math.max(
    ...listeners.filter((other) => other.seen.room === seen.room).map((other) => other.seen.numbers.at(-1) ?? 0),
  );
  const distinct = new Set(seen.numbers);
  const ids = new Set(seen.created);
  told += seen.numbers.length;
  doubled += seen.numbers.length - distinct.size + (seen.created.length - ids.size);
  lost += highest - distinct.size + seen.room.said.filter((id) => !ids.has(id)).length;
  disordered += seen.numbers.filter((number, i) => i > 0 && number <= seen.numbers[i - 1]).length;
  if (seen.hasEnded) console.log('a stream ended early');
}
const percentile = (values, share) =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0);
const delays = (isBot) =>
  listeners.flatMap(({ seen }) => seen.delays.filter((one) => one.isBot === isBot).map(({ ms }) => ms));
console.log(`${LISTENERS} listeners on ${conversations} conversations, ${writers} writers each, ${seconds} s`);
console.log(
  `messages created: ${written} (${Math.round(written / Number(seconds))}/s), each in ${percentile(took, 0.5)} ms (median), ${percentile(took, 0.99)} ms (p99)`,
);
console.log(`signals told: ${told} (${Math.round(told / Number(seconds))}/s)`);
console.log(`lost: ${lost}, doubled: ${doubled}, out of order: ${disordered}`);
for (const [who, isBot] of [
  ['users', false],
  ['the bot', true],
]) {
  const all = delays(isBot);
  console.log(
    `from kept to heard, messages of ${who}: ${percentile(all, 0.5)} ms (median), ${percentile(all, 0.99)} ms (p99)`,
  );
}
process.exit(lost + doubled + disordered > 0 ? 1 : 0);
