/** The shipped bot on /chat: its answer names the page that it is from, and a repeat names the same. */
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChatWorld, openChatWorld } from '../harness/chat-world.ts';

let world: ChatWorld;

beforeAll(async () => {
  world = await openChatWorld({ BOTS_DIR: path.resolve(import.meta.dirname, '../../bots') }, async () => {
    return (await import('../../functions/chat.ts')).handler;
  });
});
afterAll(() => world.close());

it('answers the first question of a new user with sources, told and stored alike, and the same when it is asked again', async () => {
  const ask = () => world.say('a-new-user', 'How do I deploy you?', { 'idempotency-key': 'once' });
  const sourcesIn = (pieces: readonly object[]) => pieces.flatMap((piece) => ('source' in piece ? piece.source : []));

  const first = await ask();
  const again = await ask();

  const [, stored] = await world.transcript('a-new-user');
  const { sources } = stored as unknown as { sources: { n: number; title: string; at: number }[] };
  expect(sources[0]).toMatchObject({ n: 1, title: expect.stringContaining('Deploying to AWS') });
  expect(sourcesIn(first.pieces)).toEqual(sources.map(({ at: _, ...source }) => source));
  expect(sourcesIn(again.pieces)).toEqual(sourcesIn(first.pieces));
  expect(again.text).toBe(first.text);
  expect(world.claude.requests).toHaveLength(1);
});

it('names the same sources to a page of the AI SDK, beside the text', async () => {
  const said = { id: 'm-1', role: 'user', parts: [{ type: 'text', text: 'How do I deploy you?' }] };

  const response = await world.post('a-page', { messages: [said] });
  const events = await response.text();

  const [, stored] = await world.transcript('a-page');
  const { sources } = stored as unknown as { sources: { n: number; title: string; quote: string; url?: string }[] };
  const chunks = events
    .split('\n\n')
    .filter(Boolean)
    .map((event) => JSON.parse(event.slice('data: '.length)));
  expect(chunks.filter(({ type }) => type.startsWith('source-'))).toEqual(
    sources.map(({ n, title, quote, url }) => ({
      ...(url === undefined ? { type: 'source-document', mediaType: 'text/plain' } : { type: 'source-url', url }),
      ...{ sourceId: String(n), title, providerMetadata: { 'claude-behind-chat': { n, quote } } },
    })),
  );
  expect(sources.length).toBeGreaterThan(0);
});
