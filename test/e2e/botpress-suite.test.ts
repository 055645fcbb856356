/** The suite that ships with the official client, against the exported handlers. */
import { afterEach, describe, expect, it } from 'vitest';
import { runBotpressSuite } from '../harness/botpress-suite.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';

let world: ChatApiWorld | undefined;

afterEach(() => world?.close());

describe("the official client's own suite", () => {
  it.each([
    ['passes when a request tells the streams of its process directly', true],
    ['passes when every signal goes by way of the table', false],
  ])('%s', async (_name, isSharing) => {
    world = await openChatApiWorld({ settings: { CHAT_API_BOT: 'echo' }, isSharing });

    const result = await runBotpressSuite(world.apiUrl, SECRET);

    expect(result).toEqual({ passed: 23, total: 23, failures: [] });
  });
});
