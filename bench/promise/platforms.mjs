/** Chat platforms as a bot sees them: signed webhooks in, messages out. What was said is recognised by its mark, `[conversation.number]`. */
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { TALKJS_SECRET } from '../measure/surroundings.mjs';
import { talkjsWebhook } from '../measure/webhooks.mjs';

export const SLACK_SECRET = 'secret';

/** Slack sends a webhook up to four times, TalkJS twice; here every bot gets Slack's patience, at a second's distance. */
const DELIVERIES = 4;
const RETRY_MS = 1_000;
const ANSWER_LIMIT_MS = 5_000;

/**
 * `urlOfBot` tells where the bot is at the moment. One that answers a webhook only when it has answered the message counts as having
 * accepted it after `acceptedWithinMs`: its users wait no less for the order.
 */
export async function openPlatform(kind, urlOfBot, acceptedWithinMs = Number.POSITIVE_INFINITY) {
  /** What the bot posted, in order. */
  const posts = [];
  /** When each message was sent first, acknowledged or not, by mark. */
  const sent = new Map();
  /** When it was sent first, and when it counts as accepted, by mark. */
  const acknowledged = new Map();
  const keys = new Set();
  /** Of each conversation at TalkJS, as its API lists them, newest first. */
  const messages = new Map();
  const keep = (conversation, message) => messages.set(conversation, [message, ...(messages.get(conversation) ?? [])]);

  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (kind === 'talkjs' && request.method === 'GET') return listed(request.url, response);
    const found = kind === 'slack' ? slackPost(request.url, body) : talkjsPosts(request.url, body);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(kind === 'slack' ? SLACK_ANSWER : found.map(() => ({ id: randomUUID() }))));
    for (const post of found) {
      // TalkJS posts one message per idempotency key.
      if (post.key !== undefined && keys.has(post.key)) continue;
      if (post.key !== undefined) keys.add(post.key);
      posts.push(post);
      keep(post.conversation, { ...messageOf(talkjsWebhook(TALKJS_SECRET, post)), senderId: 'claude' });
      if (kind === 'talkjs') void tellOf(post);
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));

  function listed(url, response) {
    const { pathname, searchParams } = new URL(url, 'http://talkjs');
    const [, conversation = ''] = MESSAGES.exec(pathname) ?? [];
    const isFirstPage = !searchParams.has('startingAfter');
    const data = isFirstPage
      ? (messages.get(conversation) ?? []).slice(0, Number(searchParams.get('limit') ?? 10))
      : [];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
  }

  /** TalkJS tells of the bot's own messages, too. */
  async function tellOf({ conversation, text }) {
    const { body } = talkjsWebhook(TALKJS_SECRET, { conversation, text });
    const webhook = JSON.parse(body);
    webhook.data.sender.id = 'claude';
    webhook.data.message.senderId = 'claude';
    await deliver({ ...signedTalkjs(JSON.stringify(webhook)), mark: undefined });
  }

  async function deliver({ body, headers, mark }) {
    for (let attempt = 1; attempt <= DELIVERIES; attempt++) {
      const sentAt = performance.now();
      if (!sent.has(mark)) sent.set(mark, sentAt);
      const response = await fetch(urlOfBot(), {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      }).catch(() => undefined);
      if (response?.status === 200) {
        const acceptedAt = Math.min(performance.now(), sentAt + acceptedWithinMs);
        if (acceptedAt < (acknowledged.get(mark)?.acceptedAt ?? Number.POSITIVE_INFINITY))
          acknowledged.set(mark, { sentAt: sent.get(mark), acceptedAt });
        return;
      }
      await sleep(RETRY_MS);
    }
  }

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    posts,
    acknowledged,
    /** Says it, and delivers the webhook `copies` times at once. */
    async say(conversation, number, copies) {
      const mark = `[${conversation}.${number}]`;
      const said = `Where is parcel ${mark} now? I have been waiting for it since Monday.`;
      const webhook =
        kind === 'slack'
          ? slackWebhook(conversation, said)
          : talkjsWebhook(TALKJS_SECRET, { conversation, text: said });
      if (kind === 'talkjs') keep(String(conversation), messageOf(webhook));
      await Promise.all(Array.from({ length: copies }, () => deliver({ ...webhook, mark })));
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const SLACK_ANSWER = {
  ok: true,
  ts: '1700000000.000100',
  channel: 'D1',
  message: { text: '' },
  user_id: 'UBOT',
  bot_id: 'BBOT',
  user: 'bot',
  team_id: 'T1',
};

function slackPost(url, body) {
  if (!url.includes('chat.postMessage')) return [];
  const fields = body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  return [{ conversation: fields.channel.slice(1), text: JSON.stringify(fields), at: performance.now() }];
}

const MESSAGES = /conversations\/([^/]+)\/messages/;

function messageOf({ body }) {
  return JSON.parse(body).data.message;
}

function talkjsPosts(url, body) {
  const [, conversation] = MESSAGES.exec(url) ?? [];
  if (conversation === undefined) return [];
  return JSON.parse(body).map(({ text, idempotencyKey }) => ({
    conversation,
    text,
    key: idempotencyKey,
    at: performance.now(),
  }));
}

function signedTalkjs(body) {
  const timestamp = String(Date.now());
  const signature = createHmac('sha256', TALKJS_SECRET).update(`${timestamp}.${body}`).digest('hex').toUpperCase();
  return {
    body,
    headers: { 'content-type': 'application/json', 'x-talkjs-signature': signature, 'x-talkjs-timestamp': timestamp },
  };
}

let slackMessages = 0;

function slackWebhook(conversation, text) {
  const ts = `${Math.floor(Date.now() / 1000)}.${String(++slackMessages).padStart(6, '0')}`;
  const event = {
    type: 'message',
    channel_type: 'im',
    channel: `D${conversation}`,
    user: 'UALICE',
    text,
    ts,
    event_ts: ts,
    client_msg_id: randomUUID(),
  };
  const body = JSON.stringify({
    team_id: 'T1',
    api_app_id: 'A1',
    type: 'event_callback',
    event_id: `Ev${ts}`,
    event_time: Math.floor(Date.now() / 1000),
    event,
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = `v0=${createHmac('sha256', SLACK_SECRET).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-slack-signature': signature,
      'x-slack-request-timestamp': timestamp,
    },
  };
}
