/**
 * A bot in the style of TalkJS' tutorial for Claude, written from its public description: Express, history in a variable, Claude
 * is awaited inside the webhook, and its answer is posted before the 200.
 */
import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import express from 'express';

export function tutorialServer(env) {
  const claude = new Anthropic({ apiKey: 'bench', baseURL: env.ANTHROPIC_BASE_URL });
  const conversations = {};
  const app = express();
  app.use(express.json());
  app.post('/talkjs', async (request, response) => {
    const { sender, conversation, message } = request.body.data;
    conversations[conversation.id] ??= [{ role: 'user', content: 'You are a helpful assistant. Answer briefly.' }];
    const history = conversations[conversation.id];
    if (sender.id === 'claude') {
      history.push({ role: 'assistant', content: message.text });
      return response.status(200).end();
    }
    history.push({ role: 'user', content: message.text });
    const answer = await claude.messages.create({ model: 'claude-haiku-5-5', max_tokens: 1024, messages: history });
    await fetch(`${env.TALKJS_API_URL}/v1/app/conversations/${conversation.id}/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
      body: JSON.stringify([{ type: 'UserMessage', sender: 'claude', text: answer.content[0].text }]),
    });
    return response.status(200).end();
  });
  return createServer(app);
}
