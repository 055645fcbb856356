import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { signed } from '../../lib/aws/sign.ts';
import { openAws } from '../../lib/aws.ts';
import { causeOf } from '../../lib/errors.ts';

interface Asked {
  headers: IncomingMessage['headers'];
  body: string;
}

/** What the service does with one request: a status and a body, a connection that breaks, or nothing. */
type Deed = [status: number, body: string] | 'breaks' | 'is silent';

const KEYS = { AWS_REGION: 'eu-west-3', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUt+/bPxRfiCY' };
const DONE: Deed = [200, '{"MessageId":"m"}'];

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A service that does one deed after the other and then repeats the last. */
async function service(...deeds: Deed[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    asked.push({ headers: request.headers, body: await text(request) });
    const deed = deeds[asked.length - 1] ?? deeds.at(-1);
    if (deed === 'breaks') request.socket.destroy();
    if (Array.isArray(deed)) response.writeHead(deed[0]).end(deed[1]);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => void server.close().closeAllConnections());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const SQS = { name: 'sqs', target: 'AmazonSQS', version: '1.0', tryMs: 60_000 } as const;

/** Calls it; gives the answer, or the name and the cause of what it throws, and how often it was asked. */
async function call(deeds: Deed[], { tryMs = 60_000, signal }: { tryMs?: number; signal?: AbortSignal } = {}) {
  const { asked, url } = await service(...deeds);
  const send = openAws({ ...SQS, tryMs }, { ...KEYS, AWS_ENDPOINT_URL_SQS: url });
  const end = await send('SendMessage', { MessageBody: 'Grüße' }, signal).catch((error: Error) => ({
    name: error.name,
    cause: causeOf(error),
  }));
  return { end, asked };
}

describe('a call', () => {
  it('says in AWS’ JSON protocol what it wants, and gives what is answered', async () => {
    const { end, asked } = await call([DONE]);

    expect(end).toEqual({ MessageId: 'm' });
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual([{ MessageBody: 'Grüße' }]);
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
    });
  });

  it.each<[string, Deed]>([
    ['breaks the connection', 'breaks'],
    ['fails', [500, '{"__type":"com.amazonaws.sqs#InternalFailure"}']],
    ['fails without a word', [503, '']],
    ['has too much to do', [400, '{"__type":"com.amazonaws.sqs#RequestThrottled"}']],
    ['says what nobody can read', [200, '<html>']],
  ])('is tried again when the service %s', async (_, deed) => {
    const { end, asked } = await call([deed, deed, DONE]);

    expect(end).toEqual({ MessageId: 'm' });
    expect(asked).toHaveLength(3);
  });

  it('is tried again when the service does not answer in time', async () => {
    const { end, asked } = await call(['is silent', DONE], { tryMs: 500 });

    expect(end).toEqual({ MessageId: 'm' });
    expect(asked).toHaveLength(2);
  });

  it.each<[string, Deed, object]>([
    ['breaks the connection', 'breaks', { cause: 'ECONNRESET' }],
    ['fails', [500, '{"__type":"com.amazonaws.sqs#InternalFailure"}'], { name: 'InternalFailure' }],
    ['is throttled', [400, '{"__type":"ThrottlingException"}'], { name: 'ThrottlingException' }],
  ])('ends after three tries when the service %s', async (_, deed, expected) => {
    const { end, asked } = await call([deed]);

    expect(end).toMatchObject(expected);
    expect(asked).toHaveLength(3);
  });

  it('that is never answered ends as one that took too long', async () => {
    const { end, asked } = await call(['is silent'], { tryMs: 50 });

    expect(end).toMatchObject({ cause: 'TimeoutError' });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"secret words"}', 'QueueDoesNotExist'],
    ['{"message":"no", "__type" : "AccessDeniedException"}', 'AccessDeniedException'],
    ['{"__type":"with spaces in it"}', 'UnknownError'],
    ['', 'UnknownError'],
  ])('that is refused with %s ends at once as %s', async (body, name) => {
    const { end, asked } = await call([[400, body]]);

    expect(end).toEqual({ name, cause: name });
    expect(asked).toHaveLength(1);
  });

  it('ends as soon as its caller wants it to', async () => {
    const { end, asked } = await call(['is silent'], { signal: AbortSignal.timeout(300) });

    expect(end).toMatchObject({ cause: 'TimeoutError' });
    expect(asked).toHaveLength(1);
  });

  it('says whose trace it belongs to', async () => {
    const { asked, url } = await service(DONE);
    const env = { ...KEYS, AWS_ENDPOINT_URL: url, _X_AMZN_TRACE_ID: 'Root=1-67891233-abcdef012345678912345678' };

    await openAws(SQS, env)('SendMessage', {});

    expect(asked[0]?.headers['x-amzn-trace-id']).toBe(env._X_AMZN_TRACE_ID);
    expect(asked[0]?.headers.authorization).not.toContain('x-amzn-trace-id');
  });
});

describe('a signature', () => {
  it.each([
    ['with the keys of a user', undefined],
    ['with those of a role', 'a/session+token=='],
  ])('is the SDK’s, %s', async (_, AWS_SESSION_TOKEN) => {
    const { asked, url } = await service([200, '{}']);
    const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = KEYS;
    const credentials = { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) };
    const client = new SQSClient({ region, credentials, endpoint: url, md5: false });
    await client.send(new SendMessageCommand({ QueueUrl: 'q', MessageBody: 'Grüße, 日本 👋' }));
    const [{ headers, body } = { headers: {}, body: '' }] = asked;
    const names = /SignedHeaders=([^,]+)/.exec(String(headers.authorization))?.[1]?.split(';') ?? [];
    const own = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    const at = new Date(String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'));

    const ours = signed({ service: 'sqs', url: new URL(url), headers: own, body, at }, { ...KEYS, AWS_SESSION_TOKEN });

    expect(names).toContain('x-amz-target');
    expect(names.includes('x-amz-security-token')).toBe(AWS_SESSION_TOKEN !== undefined);
    expect(ours.authorization).toBe(headers.authorization);
  });
});
