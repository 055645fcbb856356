/** A Claude that names every mark of the last user message in its answer, after 200 to 600 ms; streamed if that is asked for. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export async function openMarkingClaude() {
  let calls = 0;
  const server = createServer(async (request, response) => {
    const { messages, model, stream } = JSON.parse(await text(request));
    calls += 1;
    await sleep(200 + Math.random() * 400);
    const answer = `On its way: ${marksIn(JSON.stringify(asked(messages))).join(' ')}`;
    const message = { id: 'msg_bench', type: 'message', role: 'assistant', model, stop_sequence: null };
    const usage = { input_tokens: 50, output_tokens: 10 };
    if (!stream) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ ...message, content: [{ type: 'text', text: answer }], stop_reason: 'end_turn', usage }),
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (type, rest) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
    event('message_start', { message: { ...message, content: [], stop_reason: null, usage } });
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: answer } });
    event('content_block_stop', { index: 0 });
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage });
    event('message_stop', {});
    response.end();
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}`, calls: () => calls, close: () => server.close() };
}

/** What of the last message is a question: what our bot shows as said before it came is none, and answered when its own webhook comes. */
function asked(messages) {
  const { content } = messages.at(-1);
  return Array.isArray(content) ? content.filter(({ text }) => !text?.includes('said here before you came')) : content;
}

export function marksIn(text) {
  return text.match(/\[\d+\.\d+\]/g) ?? [];
}
