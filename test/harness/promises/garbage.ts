/** Thousands of requests of strangers while users talk: the strangers get a 4xx and nothing behind the door hears of them. */
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sized } from '../size.ts';
import { type Chat, openWorld, type World } from '../world.ts';
import { chanceOf } from './chance.ts';

const STRANGERS = sized({ sample: 500, all: 5_000, proof: 10_000 });
const AT_ONCE = 50;
const USERS = sized({ sample: 5, all: 20, proof: 20 });

const BODIES = [
  '',
  '{}',
  '{"type":"message.sent"',
  '{"type":"message_created","data":{}}',
  '\u0000\ufffd',
  'x'.repeat(20_000),
  '['.repeat(5_000),
  JSON.stringify({ type: 'message.sent', data: { message: { text: '👋'.repeat(500) } } }),
] as const;

const HEADERS = [
  {},
  { 'x-talkjs-timestamp': '1755500000000', 'x-talkjs-signature': 'A'.repeat(64) },
  { 'x-talkjs-timestamp': 'soon', 'x-talkjs-signature': '👋'.codePointAt(0)?.toString() ?? '' },
  { 'x-talkjs-signature': 'F'.repeat(6_000) },
  { 'x-secret-key': 'guess' },
  { 'x-secret-key': 'g'.repeat(6_000), 'content-type': 'application/xml' },
] as const;

export function garbageSuite(chat: Chat, path: string): void {
  let world: World;

  beforeAll(async () => {
    world = await openWorld(chat);
  });
  afterAll(() => world.close());

  describe(`${STRANGERS} requests of strangers at the door of ${chat.name}`, () => {
    it('leave every user answered', async () => {
      const chance = chanceOf(5);
      const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
      let sent = 0;
      const statuses = new Map<number, number>();
      const stranger = async () => {
        while (sent++ < STRANGERS) {
          const status = await post(`${world.gate.url}${path}`, chance.oneOf(HEADERS), chance.oneOf(BODIES), agent);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      };
      const strangers = Array.from({ length: AT_ONCE }, stranger);

      for (let user = 1; user <= USERS; user++) await chat.say(`garbage-${chat.name}-${user}`, 'Hello');
      await Promise.all(strangers);
      await world.quiet();
      agent.destroy();

      const transcripts = await Promise.all(
        Array.from({ length: USERS }, (_, i) => chat.transcript(`garbage-${chat.name}-${i + 1}`)),
      );
      const enqueued = world.sqsCalls.calls.filter(({ operation }) => operation === 'SendMessage');
      expect([...statuses.keys()]).toEqual([401]);
      expect(statuses.get(401)).toBe(STRANGERS);
      expect(transcripts.map((lines) => lines.filter(({ isBot }) => isBot).length)).toEqual(Array(USERS).fill(1));
      expect(enqueued).toHaveLength(USERS);
    });
  });
}

function post(url: string, headers: Readonly<Record<string, string>>, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
