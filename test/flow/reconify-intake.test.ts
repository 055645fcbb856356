/** POST /reconify: what other services hand in, through the exported handler. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { httpEvent } from '../harness/gateway.ts';
import { INTAKE_KEY, type LogWorld, openLogWorld } from '../harness/reconify-world.ts';

let world: LogWorld;

beforeAll(async () => {
  world = await openLogWorld();
});
afterAll(() => world.close());

const chat = {
  request: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
  response: { content: [{ type: 'text', text: 'Hello' }] },
};
const bearer = `Bearer ${INTAKE_KEY}`;

async function arrivedUnder(id: string) {
  await world.drain();
  return world.reconify.records.filter((record) => record.id === id).map(({ payload }) => payload);
}

describe('a record that is handed in', () => {
  it('is taken with its log id, and arrives whole', async () => {
    const user = { userId: 'u1', email: 'ada@example.com', firstName: 'Ada', plan: 'gold' };

    const answer = await world.handIn({ ...chat, user, session: 'S1', format: 'openai', version: '3.1.0' });

    const { logId } = answer;
    expect(answer.status).toBe(202);
    const [payload, ...others] = await arrivedUnder(logId);
    expect(others).toEqual([]);
    expect(payload).toMatchObject({ ...chat, user, session: 'S1' });
    expect(payload?.reconify).toEqual({ format: 'openai', type: 'chat', version: '3.1.0' });
  });

  it('has the time of its arrival where none is told', async () => {
    const before = Date.now();

    const { logId } = await world.handIn(chat);

    const [payload] = await arrivedUnder(logId);
    const { request } = (payload as { timestamps: { request: number } }).timestamps;
    expect(request).toBeGreaterThanOrEqual(before);
    expect(request).toBeLessThanOrEqual(Date.now());
  });

  it('comes in batches of up to 25', async () => {
    const answer = await world.handIn(Array.from({ length: 25 }, () => chat));
    const tooMany = await world.handIn(Array.from({ length: 26 }, () => chat));

    const { logIds } = answer;
    await world.drain();
    expect(answer.status).toBe(202);
    expect(new Set(logIds).size).toBe(25);
    expect(world.reconify.records.filter(({ id = '' }) => logIds.includes(id))).toHaveLength(25);
    expect(tooMany.status).toBe(400);
  });

  it('arrives once when it is handed in again under its idempotency key, before and after its delivery', async () => {
    const headers = { authorization: bearer, 'idempotency-key': 'order-17' };

    const first = await world.handIn(chat, headers);
    const second = await world.handIn(chat, headers);
    await world.drain();
    const third = await world.handIn(chat, headers);

    expect([second.logId, third.logId]).toEqual([first.logId, first.logId]);
    expect(await arrivedUnder(first.logId)).toHaveLength(1);
  });

  it('is refused under a key that belongs to another request, but not under the same key of another service', async () => {
    const headers = { authorization: bearer, 'idempotency-key': 'order-18' };
    const { logId } = await world.handIn(chat, headers);

    const reused = await world.handIn({ ...chat, session: 'other' }, headers);
    const another = await world.handIn(
      { ...chat, session: 'other' },
      { ...headers, authorization: 'Bearer another-key' },
    );

    expect(reused.status).toBe(422);
    expect(another.status).toBe(202);
    expect(another.logId).not.toBe(logId);
  });

  it('keeps its idempotency key free when it was not valid', async () => {
    const headers = { authorization: bearer, 'idempotency-key': 'order-19' };
    const wrong = await world.handIn({ request: chat.request }, headers);

    const right = await world.handIn(chat, headers);

    expect([wrong.status, right.status]).toEqual([400, 202]);
  });
});

describe('the door', () => {
  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wrong' }],
    ['half a key', { authorization: `Bearer ${INTAKE_KEY.slice(0, -1)}` }],
    ['another scheme', { authorization: `Basic ${INTAKE_KEY}` }],
    ['an empty key', { authorization: 'Bearer ' }],
  ])('answers 401 to %s', async (_name, headers) => {
    const answer = await world.handIn(chat, headers);

    expect(answer.status).toBe(401);
  });

  it('answers 413 above 1 MB and takes what is just below', async () => {
    const filled = (bytes: number) => {
      const body = { ...chat, response: { text: '' } };
      body.response.text = 'x'.repeat(bytes - JSON.stringify(body).length);
      return world.handIn(body);
    };

    const [fits, tooLarge] = [await filled(1024 * 1024), await filled(1024 * 1024 + 1)];

    expect([fits.status, tooLarge.status]).toEqual([202, 413]);
    expect(await arrivedUnder(fits.logId)).toHaveLength(1);
  });

  it('answers 405 to what is no POST, and 400 to what is no JSON', async () => {
    const read = await fetch(world.gate.url, { headers: { authorization: bearer } });
    const broken = await world.handIn('{"request":');

    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST']);
    expect(broken.status).toBe(400);
  });

  it('answers 503 where Reconify, half of its keys, or the keys of the intake are not set', async () => {
    const statuses = [];
    for (const without of ['RECONIFY_INTAKE_KEYS', 'RECONIFY_APP_KEY RECONIFY_API_KEY', 'RECONIFY_API_KEY']) {
      const kept = { ...process.env };
      for (const name of without.split(' ')) delete process.env[name];
      vi.resetModules();
      const { intake } = await import('../../functions/reconify.ts');
      statuses.push(
        (await intake(httpEvent('POST', '/reconify', { authorization: bearer }, Buffer.from('{}')))).statusCode,
      );
      Object.assign(process.env, kept);
    }

    expect(statuses).toEqual([503, 503, 503]);
  });

  it('names every field that is wrong, and no value', async () => {
    const answer = await world.handIn([
      chat,
      { request: { prompt: 'my secret prompt' }, timestamps: { request: 1_709_495_294 }, sessionTimeOut: 3 },
    ]);

    const { error, fields } = answer;
    expect(answer.status).toBe(400);
    expect(fields.sort()).toEqual(['[1].response', '[1].sessionTimeOut', '[1].timestamps.request']);
    for (const field of fields) expect(error).toContain(field);
    expect(error).not.toMatch(/secret prompt|1709495294/);
  });
});
