/** A bot on Vercel's Chat SDK, written as its documentation shows; the first argument is the strategy for overlapping messages. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Anthropic from '@anthropic-ai/sdk';
import { createSlackAdapter } from '@chat-adapter/slack';
import { Chat } from 'chat';
import { answerParent } from '../measure/children.mjs';
import { SLACK_SECRET } from './platforms.mjs';
import { remoteState } from './state.mjs';

const [, , concurrency, stateUrl] = process.argv;
const { ANTHROPIC_BASE_URL, SLACK_API_URL } = process.env;
const claude = new Anthropic({ apiKey: 'bench', baseURL: ANTHROPIC_BASE_URL });
const slack = createSlackAdapter({
  botToken: 'xoxb-bench',
  botUserId: 'UBOT',
  signingSecret: SLACK_SECRET,
  apiUrl: SLACK_API_URL,
});
const bot = new Chat({
  userName: 'bot',
  adapters: { slack },
  state: remoteState(stateUrl),
  concurrency,
  logger: 'silent',
});

bot.onDirectMessage(async (thread, message, _channel, context) => {
  const turn = [...(context?.skipped ?? []), message];
  const content = turn.map(({ text }) => ({ type: 'text', text }));
  const answer = await claude.messages.create({
    model: 'claude-haiku-5-5',
    max_tokens: 1024,
    messages: [{ role: 'user', content }],
  });
  await thread.post(answer.content[0].text);
});

const server = createServer(async (incoming, outgoing) => {
  const request = new Request('http://bot.local/slack', {
    method: 'POST',
    headers: incoming.headers,
    body: await text(incoming),
  });
  const response = await bot.webhooks.slack(request, { waitUntil: (work) => void work.catch(() => {}) });
  outgoing.writeHead(response.status).end(await response.text());
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
answerParent({}, { port: server.address().port });
