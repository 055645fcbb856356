/** A Claude that says exactly what it is told to, in the large pieces in which a model would need minutes. */
import type { Handler } from '../../../local/stand-ins/serve.ts';

export interface WorstAnswer {
  text?: string;
  thinking?: string;
  /** `end_turn` when not given. */
  stop?: string;
}

const PIECE = /[\s\S]{1,4096}/gu;

/** Streams the answer to whoever asks. */
export function answerWith({ text, thinking, stop = 'end_turn' }: WorstAnswer): Handler {
  return async (request, response) => {
    for await (const _ of request);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const event of eventsOf({ text, thinking, stop }))
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    response.end();
  };
}

function* eventsOf({ text, thinking, stop }: { [name in keyof WorstAnswer]: string | undefined }) {
  const usage = { input_tokens: 9, output_tokens: 1 };
  yield {
    type: 'message_start',
    message: { id: 'msg_worst', type: 'message', role: 'assistant', model: 'claude-haiku-5-5', content: [], usage },
  };
  let index = 0;
  if (thinking !== undefined) {
    yield { type: 'content_block_start', index, content_block: { type: 'thinking', thinking: '', signature: '' } };
    for (const [piece] of thinking.matchAll(PIECE))
      yield { type: 'content_block_delta', index, delta: { type: 'thinking_delta', thinking: piece } };
    yield { type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: 'c2ln' } };
    yield { type: 'content_block_stop', index: index++ };
  }
  if (text !== undefined) {
    yield { type: 'content_block_start', index, content_block: { type: 'text', text: '' } };
    for (const [piece] of text.matchAll(PIECE))
      yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text: piece } };
    yield { type: 'content_block_stop', index };
  }
  yield { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 2 } };
  yield { type: 'message_stop' };
}
