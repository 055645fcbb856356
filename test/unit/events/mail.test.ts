import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bodyOf, type Letter } from '../../../lib/events/event.ts';
import { mailReceiver } from '../../../lib/events/mail.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:events';
let published: URLSearchParams | undefined;
let status = 200;
const sns = createServer(async (request, response) => {
  published = new URLSearchParams(await text(request));
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end('<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>');
});

beforeAll(async () => {
  await new Promise<void>((ready) => sns.listen(0, '127.0.0.1', ready));
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', `http://127.0.0.1:${(sns.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
});
afterAll(() => {
  vi.unstubAllEnvs();
  sns.closeAllConnections();
  sns.close();
});

const letter: Letter = {
  ...{ to: 'email', id: 'evt_1', type: 'handoff.requested', platform: 'talkjs', conversation: 'Größe\n4711' },
  body: bodyOf({
    ...{ type: 'handoff.requested', key: 'k', at: 0, platform: 'talkjs', conversation: 'Größe\n4711', bot: 'default' },
    messageId: 'm1',
    user: 'ada',
    text: 'Ada needs a person.',
    data: { messages: [{ by: 'user', text: 'Hello' }] },
  }),
};

it('mails what an event says and what was said last, under a subject that SNS takes', async () => {
  const problem = await mailReceiver(TOPIC).post(letter);

  expect(problem).toBeUndefined();
  expect(published?.get('TopicArn')).toBe(TOPIC);
  expect(published?.get('Subject')).toBe('handoff requested: talkjs Gr??e?4711');
  expect(published?.get('Message')).toMatch(/^Ada needs a person\.\n\nWhat was said last:\nuser: Hello\n/);
});

it('is tried again where SNS refuses', async () => {
  status = 500;

  expect(await mailReceiver(TOPIC).post(letter)).toMatch(/^sns: \w+/);
});
