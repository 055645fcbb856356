/** Room: what the terminal says when the embedded stack is up. */
import { expect, test } from 'vitest';
import { announce } from '../../../local/announce.ts';

const urls = { talkjs: 'http://localhost:47000/talkjs', botpress: 'http://localhost:47000/botpress' };
const standIns = { claude: 'http://localhost:47003/claude', botpress: 'http://localhost:47003/botpress' };

test('says which tunnel and which webhook a real service needs, at the port in use', () => {
  const text = announce({ processes: [], urls, standIns, bots: { all: [] } }, undefined);

  expect(text).toContain('cloudflared tunnel --url http://localhost:47000\n');
  expect(text).toMatch(/TalkJS +…\/talkjs\n/);
  expect(text).not.toContain('…/botpress/events');
});

test('says nothing of tunnels where no real service calls', () => {
  const talkjs = 'http://localhost:47003/talkjs';

  expect(
    announce({ processes: [], urls, standIns: { ...standIns, talkjs }, bots: { all: [] } }, undefined),
  ).not.toContain('tunnel');
});
