/** Signed webhooks as events of API Gateway, handed to functions in this process: no server, no socket, nothing behind them. */
import serverless from 'serverless-http';
import { postDoor } from '../../lib/app/doors/post-door.ts';
import { logLine } from '../../lib/log.ts';
import { talkjsDialect } from '../../lib/platforms/talkjs/dialect.ts';
import { receive } from '../../lib/turn/receive.ts';
import { answerParent, cpuUs } from '../measure/children.mjs';
import { TALKJS_SECRET } from '../measure/surroundings.mjs';
import { talkjsWebhook } from '../measure/webhooks.mjs';
import { verifyingApp } from './express.mjs';

const dialect = talkjsDialect({ webhookSecrets: [TALKJS_SECRET], botId: 'claude', toleranceSeconds: 300 });
const ours = (log) => {
  const deps = { dialect, put: async () => {}, now: Date.now, log };
  return postDoor(async () => deps, receive);
};
const express = serverless(verifyingApp(async () => {}));

const handlers = {
  ours: ours(() => {}),
  'ours and its log line': ours(logLine),
  'Express behind serverless-http': (event) => express(event, {}),
};

function makeEvent() {
  const { body, headers } = talkjsWebhook(TALKJS_SECRET);
  return {
    version: '2.0',
    rawPath: '/talkjs',
    rawQueryString: '',
    headers: { host: 'api.example.com', 'content-length': String(Buffer.byteLength(body)), ...headers },
    body,
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', path: '/talkjs', sourceIp: '127.0.0.1' }, stage: '$default' },
  };
}

answerParent({
  /** CPU (µs) of one invocation, the mean of `times`. */
  async cost(name, times) {
    const event = makeEvent();
    const before = cpuUs();
    for (let i = 0; i < times; i++) {
      const { statusCode } = await handlers[name](event);
      if (statusCode !== 200) throw new Error(`${name} answered ${statusCode}`);
    }
    return (cpuUs() - before) / times;
  },
});
