/** Thirty answers that grow at once, where TalkJS takes no more than it says: all are finished, and none is refused for what was shown on the way. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

/** A fraction of TalkJS' own burst, so that the share of all workers counts. */
const RATE = { burst: 90, perSecond: 9 };

const chat = talkjsChat(Date.now, undefined, RATE);
let world: World;

beforeAll(async () => {
  world = await openWorld(chat, { TALKJS_TYPING: 'stream' });
});
afterAll(() => world.close());

it('has each of them whole and once, without a mark', async () => {
  const text = `Yes, that works. ${'And here is what you do about it, step by step. '.repeat(4).trim()}`;
  world.claude.script({ text, tokenMs: 50, times: 'forever' });
  const conversations = Array.from({ length: 30 }, (_, i) => `many-${i}`);

  await Promise.all(conversations.map((conversation) => chat.say(conversation, 'Hello?')));
  await world.quiet();

  const answers = conversations.map((conversation) =>
    chat.talkjs.transcript(conversation).filter(({ sender }) => sender === 'claude'),
  );
  const edits = chat.talkjs.requests.filter(({ method }) => method === 'PUT').length;
  expect(edits).toBeGreaterThan(conversations.length); // some grew
  for (const answer of answers) {
    expect(answer).toMatchObject([{ text }]);
    expect(answer[0]?.custom).not.toHaveProperty('isTyping');
  }
});
