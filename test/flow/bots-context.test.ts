/** What a bot is told of who speaks: behind the user's words, of this turn only, and never in the way of the prompt cache. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { folderOfBots } from '../harness/two-bots.ts';
import { openWorld, type World } from '../harness/world.ts';

// Long enough for the cache to take it.
const PROMPT = `You are a helpful bot. ${'Be kind, be brief, and never guess. '.repeat(600)}`;
const chat = talkjsChat();
let world: World;

beforeAll(async () => {
  const BOTS_DIR = folderOfBots({
    default: PROMPT,
    told: `---\ntalkjs: claude-told\ncontext: [user.name, conversation.subject]\n---\n${PROMPT}`,
  });
  world = await openWorld(chat, { BOTS_DIR });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

interface Body {
  system: unknown;
  messages: { role: string; content: { type: string; text?: string; cache_control?: unknown }[] }[];
}
const requests = () => world.claude.requests.map(({ body }) => body as Body);

async function say(conversationId: string, text: string, name: string, bot = 'claude-told') {
  chat.talkjs.say({ conversationId, userId: `user-of-${conversationId}`, name, text, bot });
  await world.quiet();
}

describe('context', () => {
  it('stands behind the user’s words and the mark of the cache, and is not told again', async () => {
    await say('once', 'Hello', 'Ada the first');
    await say('once', 'And now?', 'Ada the second');

    const [first, second] = requests();
    const last = second?.messages.at(-1)?.content ?? [];
    expect(first?.messages.at(-1)?.content.at(-1)?.text).toContain('{"user.name":"Ada the first"}');
    expect(last.map(({ text }) => text)).toEqual(['And now?', expect.stringContaining('Ada the second')]);
    expect(last.map((block) => 'cache_control' in block)).toEqual([true, false]);
    const users = second?.messages.filter(({ role }) => role === 'user');
    expect(JSON.stringify(users)).not.toContain('Ada the first');
    expect(JSON.stringify(second?.system)).not.toContain('Ada');
  });

  it('is told to no bot that does not name it', async () => {
    await say('untold', 'Hello', 'Ada', 'claude');

    expect(JSON.stringify(requests())).not.toContain('Ada');
  });

  it('costs no hit of the prompt cache over 30 turns', async () => {
    const hits = async (conversation: string, bot: string) => {
      for (let turn = 1; turn <= 30; turn++) await say(conversation, `This is message ${turn}.`, `Ada ${turn}`, bot);
      const { turns } = await world.store.recent({ platform: 'talkjs', conversation });
      const usages = turns.flatMap(({ reply }) => reply?.usage ?? []);
      const read = usages.reduce((sum, { cacheReadTokens }) => sum + cacheReadTokens, 0);
      const all = usages.reduce(
        (sum, usage) => sum + usage.inputTokens + usage.cacheWriteTokens + usage.cacheReadTokens,
        0,
      );
      return (100 * read) / all;
    };

    const without = await hits('thirty-without', 'claude');
    const withContext = await hits('thirty-with', 'claude-told');

    expect(without).toBeGreaterThan(80);
    expect(Math.abs(without - withContext)).toBeLessThan(2);
  });
});
