/** One webhook server per process, named by the first argument. */
import { createServer } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { postDoor } from '../../lib/app/doors/post-door.ts';
import { logLine } from '../../lib/log.ts';
import { talkjsDialect } from '../../lib/platforms/talkjs/dialect.ts';
import { receive } from '../../lib/turn/receive.ts';
import { dist } from '../measure/build.mjs';
import { answerParent, cpuUs } from '../measure/children.mjs';
import { TALKJS_SECRET } from '../measure/surroundings.mjs';
import { tutorialServer } from '../promise/tutorial.mjs';
import { verifyingApp } from './express.mjs';

const servers = {
  /** The deployed bundle; around it no more than what an API Gateway event needs. */
  ours: async () => gateway((await import(path.join(dist, 'ours/talkjs.mjs'))).handler),

  /** The same way in, with nothing behind it. */
  'ours, no queue': async () => {
    const dialect = talkjsDialect({ webhookSecrets: [TALKJS_SECRET], botId: 'claude', toleranceSeconds: 300 });
    const deps = { dialect, put: async () => {}, now: Date.now, log: logLine };
    return gateway(postDoor(async () => deps, receive));
  },

  'Express, awaits Claude': async () => tutorialServer(process.env),

  'Express, one SQS call': async () => {
    const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
    const app = verifyingApp(async ({ data: { message, conversation, sender } }) => {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: process.env.TURNS_QUEUE_URL,
          MessageBody: JSON.stringify({
            conversation: conversation.id,
            message: message.id,
            user: sender.id,
            text: message.text,
          }),
          MessageGroupId: conversation.id,
          MessageDeduplicationId: message.id,
        }),
      );
    });
    return createServer(app);
  },

  'Express, no queue': async () => createServer(verifyingApp(async () => {})),

  'node:http, nothing else': async () =>
    createServer(async (request, response) => {
      await text(request);
      send(response, 200, { 'content-type': 'application/json' }, '{"ok":true}');
    }),
};

/** HTTP in front of a function of API Gateway's HTTP API. */
function gateway(handler) {
  return createServer(async (request, response) => {
    const body = await text(request);
    const { method, url, headers } = request;
    const event = {
      version: '2.0',
      rawPath: url,
      headers,
      body,
      isBase64Encoded: false,
      requestContext: { http: { method, path: url } },
    };
    const answer = await handler(event);
    send(response, answer.statusCode, answer.headers, answer.body);
  });
}

/** With its length, as Express sends it. */
function send(response, status, headers, body) {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

const server = await servers[process.argv[2]]();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
answerParent({ cpuUs }, { port: server.address().port });
