/**
 * Everything around the functions, in a process of its own: AWS, Claude, TalkJS and Slack as servers that answer at once, or after
 * the delay they are told, always the same. What is measured is then the function's, not an emulator's.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { callerOf } from '../../lib/http/access.ts';
import { answerParent } from './children.mjs';
import { ACCESS_KEY } from './surroundings.mjs';

/** ms: of every AWS call, before Claude's first word, between its words; `words` of an answer. */
let pace = { awsMs: 0, firstMs: 0, wordMs: 0, words: 12 };
let calls = {};

/** As many turns as a look at a conversation gives, of the size of an ordinary one. Who asks has spoken there a minute ago, in TalkJS and through /chat. */
const TURNS = 20;
const SPEAKERS = ['alice', callerOf(ACCESS_KEY)];
const history = Array.from({ length: TURNS }, (_, i) => {
  const at = Date.now() - (TURNS - i) * 60_000;
  const speaker = { M: { id: { S: SPEAKERS[i % SPEAKERS.length] } } };
  const said = { messageId: { S: `m${i}` }, createdAt: { N: String(at) }, speaker };
  return {
    pk: { S: 'C#talkjs#bench' },
    sk: { S: `T#${at}#m${i}` },
    state: { S: 'DELIVERED' },
    generation: { N: '0' },
    epoch: { N: '1' },
    said: {
      L: [{ M: { ...said, text: { S: 'What do you think of this? '.padEnd(120, 'x') }, attachments: { L: [] } } }],
    },
    reply: {
      M: { kind: { S: 'answer' }, text: { S: 'I think that it is fine. '.padEnd(500, 'y') }, stop: { S: 'end_turn' } },
    },
  };
}).reverse();

const dynamo = {
  Query: () => ({ Count: history.length, Items: history }),
  GetItem: () => ({}),
  PutItem: () => ({}),
  DeleteItem: () => ({}),
  BatchGetItem: () => ({ Responses: {}, UnprocessedKeys: {} }),
  UpdateItem: ({ Key, ReturnValues, ExpressionAttributeValues: values = {} }) =>
    ReturnValues === 'ALL_NEW' ? { Attributes: claimed(Key, values) } : {},
};

/** What the item of a turn holds after it was claimed. */
function claimed(key, values) {
  const named = [
    ['said', values[':said']],
    ['owner', values[':owner']],
    ['leaseUntil', values[':until']],
    ['generation', values[':generation']],
    ['first', values[':value']],
  ];
  return {
    ...key,
    state: { S: 'CLAIMED' },
    epoch: { N: '1' },
    ...Object.fromEntries(named.filter(([, value]) => value !== undefined)),
  };
}

const queue = {
  SendMessage: ({ MessageBody }) => ({
    MessageId: 'a6a0a2c2-0000-4000-8000-000000000000',
    MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
  }),
  ChangeMessageVisibilityBatch: ({ Entries }) => ({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] }),
};

const parameters = {
  GetParameters: ({ Names }) => ({
    Parameters: Names.map((Name) => ({ Name, Type: 'SecureString', Value: JSON.stringify(secretsOf(Name)) })),
    InvalidParameters: [],
  }),
};

function secretsOf(name) {
  const secrets = JSON.parse(process.env.BENCH_SECRETS ?? '{}');
  return secrets[name.split('/').at(-1)] ?? {};
}

const services = { DynamoDB_20120810: dynamo, AmazonSQS: queue, AmazonSSM: parameters };

async function aws(target, body, response) {
  const [service, operation] = target.split('.');
  count(operation);
  if (pace.awsMs > 0) await sleep(pace.awsMs);
  send(response, services[service][operation](JSON.parse(body)), 'application/x-amz-json-1.0');
}

async function claude(body, response) {
  count('claude');
  const { stream, model } = JSON.parse(body);
  const message = {
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  const usage = { input_tokens: 900, output_tokens: 1 };
  const words = Array.from({ length: pace.words }, (_, i) => `word${i} `);
  await sleep(pace.firstMs);
  if (!stream) {
    await sleep(pace.wordMs * words.length);
    const content = [{ type: 'text', text: words.join('') }];
    return send(response, {
      ...message,
      content,
      stop_reason: 'end_turn',
      usage: { ...usage, output_tokens: words.length },
    });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_bench' });
  const event = (type, rest) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
  event('message_start', { message: { ...message, usage } });
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  for (const [i, text] of words.entries()) {
    if (i > 0 && pace.wordMs > 0) await sleep(pace.wordMs);
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  }
  event('content_block_stop', { index: 0 });
  event('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: words.length },
  });
  event('message_stop', {});
  response.end();
}

/** What was said before the bot came is asked for once in a conversation: nothing. */
function talkjs({ method }, response) {
  if (method === 'GET') return send(response, { data: [] });
  count('talkjs');
  send(response, [{ id: 'msg_bench' }]);
}

function slack(response) {
  count('slack');
  send(response, {
    ok: true,
    ts: '1700000000.000100',
    channel: 'C1',
    message: {},
    user_id: 'U0',
    bot_id: 'B0',
    user: 'bot',
    team_id: 'T1',
  });
}

function send(response, body, type = 'application/json') {
  response.writeHead(200, { 'content-type': type }).end(JSON.stringify(body));
}

function count(what) {
  calls[what] = (calls[what] ?? 0) + 1;
}

const server = createServer(async (request, response) => {
  const body = await text(request);
  const target = request.headers['x-amz-target'];
  if (target) return aws(target, body, response);
  if (request.url.startsWith('/claude')) return claude(body, response);
  return request.url.startsWith('/slack') ? slack(response) : talkjs(request, response);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));

answerParent(
  {
    pace: (changed) => {
      pace = { ...pace, ...changed };
    },
    /** What was called since the last time, and how often. */
    calls: () => {
      const counted = calls;
      calls = {};
      return counted;
    },
  },
  { url: `http://127.0.0.1:${server.address().port}` },
);
