/** A `bloc` in the contract's form and in the widget's. */
import { expect, it } from 'vitest';
import { flatPayload, nestedPayload } from '../../../lib/chat-api/bloc.ts';
import { type Payload, payload } from '../../../lib/chat-api/models.ts';

const flat: Payload = payload.parse({
  type: 'bloc',
  items: [
    { type: 'text', text: 'look' },
    { type: 'image', imageUrl: 'https://files.example/a.png' },
  ],
});

it('is nested for the widget, and flat again as it comes from there', () => {
  const nested = nestedPayload(flat);

  expect(nested).toEqual({
    type: 'bloc',
    items: [
      { type: 'text', payload: { text: 'look' } },
      { type: 'image', payload: { imageUrl: 'https://files.example/a.png' } },
    ],
  });
  expect(flatPayload(payload.parse(nested))).toEqual(flat);
  expect(flatPayload(flat)).toEqual(flat);
});

it('is the only kind that is changed', () => {
  const text = payload.parse({ type: 'text', text: 'hello' });

  expect([nestedPayload(text), flatPayload(text)]).toEqual([text, text]);
});
