/** The first event of each function, and what in its answer shows that it did its work. */
import { createHmac, randomUUID } from 'node:crypto';
import { ACCESS_KEY, TALKJS_SECRET } from '../measure/surroundings.mjs';
import { talkjsWebhook } from '../measure/webhooks.mjs';

export function firstEvents() {
  return {
    talkjs: { event: post('/talkjs', talkjsWebhook(TALKJS_SECRET)), shows: '"statusCode":200' },
    botpress: { event: post('/botpress', botpressWebhook()), shows: '"statusCode":200' },
    reply: { event: { Records: [turnRecord()] }, shows: '"batchItemFailures":[]' },
    chat: { event: chatRequest(), shows: '"done":true' },
    'bolt-echo': { event: slackEvent(), shows: '"statusCode":200' },
    'chat-echo': { event: slackEvent(), shows: '"statusCode":200' },
    bare: { event: slackEvent(), shows: '"statusCode":200' },
  };
}

/** 120 bytes that no guard takes for noise. */
export const QUESTION =
  'I ordered a pair of blue shoes on Monday and have heard nothing since then. Could you please look where the parcel is now?';

/** A message as the queue hands it to the worker. */
export function turnRecord(conversation = `bench-${randomUUID()}`) {
  const messageId = randomUUID();
  const said = { speaker: { id: 'alice' }, text: QUESTION, attachments: [] };
  const inbound = { event: 'sent', platform: 'talkjs', conversation, messageId, createdAt: Date.now(), ...said };
  const body = JSON.stringify({ v: 1, generation: 0, inbound });
  return { messageId, receiptHandle: messageId, body, attributes: { ApproximateReceiveCount: '1' } };
}

function post(path, { body, headers }) {
  return {
    version: '2.0',
    rawPath: path,
    headers,
    body,
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', path } },
  };
}

function botpressWebhook() {
  const now = new Date().toISOString();
  const message = {
    id: 'm1',
    conversationId: 'c1',
    userId: 'u1',
    createdAt: now,
    payload: { type: 'text', text: 'Hello' },
    isBot: false,
  };
  return {
    headers: { 'content-type': 'application/json', 'x-secret-key': 'secret' },
    body: JSON.stringify({ type: 'message_created', data: message }),
  };
}

function chatRequest() {
  return {
    path: '/chat/bench',
    httpMethod: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ACCESS_KEY}` },
    body: JSON.stringify({ message: 'Hello' }),
    isBase64Encoded: false,
  };
}

function slackEvent() {
  const event = {
    type: 'message',
    channel_type: 'im',
    channel: 'D1',
    user: 'U1',
    text: 'Hello',
    ts: '1700000000.000100',
    event_ts: '1700000000.000100',
  };
  const body = JSON.stringify({
    token: 'x',
    team_id: 'T1',
    api_app_id: 'A1',
    type: 'event_callback',
    event_id: 'Ev1',
    event_time: 1700000000,
    event,
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = `v0=${createHmac('sha256', 'secret').update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const headers = {
    'content-type': 'application/json',
    'x-slack-signature': signature,
    'x-slack-request-timestamp': timestamp,
  };
  return { ...post('/slack', { body, headers }), httpMethod: 'POST', path: '/slack' };
}
