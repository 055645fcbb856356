/** Vercel's Chat SDK on Lambda: echoes what it is told. The work is awaited, since Lambda freezes what runs after the response. */
import { createSlackAdapter } from '@chat-adapter/slack';
import { createMemoryState } from '@chat-adapter/state-memory';
import { Chat } from 'chat';

const bot = new Chat({
  userName: 'echo',
  adapters: {
    slack: createSlackAdapter({
      botToken: 'xoxb-bench',
      botUserId: 'U0',
      signingSecret: 'secret',
      apiUrl: process.env.SLACK_API_URL,
    }),
  },
  state: createMemoryState(),
  logger: 'silent',
});
bot.onDirectMessage(async (thread, message) => {
  await thread.post(`You said: ${message.text}`);
});

export const handler = async ({ headers, body }) => {
  const works = [];
  const request = new Request('http://door.local/slack', { method: 'POST', headers, body });
  const response = await bot.webhooks.slack(request, { waitUntil: (work) => works.push(work) });
  await Promise.all(works);
  return { statusCode: response.status, body: await response.text() };
};
