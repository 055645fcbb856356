/** A client of /chat: time (ms) to the first text and to the end. */
import { randomUUID } from 'node:crypto';
import { answerParent } from '../measure/children.mjs';
import { ACCESS_KEY } from '../measure/surroundings.mjs';

answerParent({
  async ask(url) {
    const began = performance.now();
    const response = await fetch(`${url}/chat/${randomUUID()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ACCESS_KEY}` },
      body: JSON.stringify({ message: 'Where is my order?' }),
    });
    let first;
    let received = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      received += decoder.decode(chunk, { stream: true });
      if (received.includes('word0')) first ??= performance.now() - began;
    }
    const total = performance.now() - began;
    if (!received.includes('"done":true')) throw new Error(`no answer: ${received}`);
    return { first, total };
  },
});
