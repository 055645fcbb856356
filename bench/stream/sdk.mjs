/** A client of Claude's SDK: time (ms) to the first text and to the end. */
import Anthropic from '@anthropic-ai/sdk';
import { answerParent } from '../measure/children.mjs';
import { begin, reached, watchStages } from './stages.mjs';

watchStages();
const client = new Anthropic({ apiKey: 'bench', baseURL: process.env.ANTHROPIC_BASE_URL, maxRetries: 0 });

answerParent({
  reached,

  async ask(request) {
    const began = performance.now();
    begin();
    let first;
    const stream = client.messages.stream(request);
    stream.on('text', () => {
      first ??= performance.now() - began;
    });
    await stream.finalMessage();
    return { first, total: performance.now() - began };
  },
});
