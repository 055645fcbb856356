/** The Chat SDK's state where a crash of the bot does not reach it, as Redis would be: its own in-memory adapter behind HTTP. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createMemoryState } from '@chat-adapter/state-memory';

export async function openState() {
  const state = createMemoryState();
  await state.connect();
  const server = createServer(async (request, response) => {
    const { method, args } = JSON.parse(await text(request));
    response.end(JSON.stringify({ result: await state[method](...args) }));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

const METHODS = [
  'subscribe',
  'unsubscribe',
  'isSubscribed',
  'acquireLock',
  'forceReleaseLock',
  'releaseLock',
  'extendLock',
  'get',
  'set',
  'setIfNotExists',
  'delete',
  'appendToList',
  'getList',
  'enqueue',
  'dequeue',
  'queueDepth',
];

export function remoteState(url) {
  const call =
    (method) =>
    async (...args) => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify({ method, args }) });
      return (await response.json()).result;
    };
  const remote = Object.fromEntries(METHODS.map((method) => [method, call(method)]));
  return { ...remote, connect: async () => {}, disconnect: async () => {} };
}
