/** The widget's script, as a page gets it. */
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChatApiWorld, openChatApiWorld } from '../harness/chat-api-world.ts';

const SCRIPT = 'console.log("the widget");';
let world: ChatApiWorld;

beforeAll(async () => {
  const load = async () => gzipSync(SCRIPT);
  world = await openChatApiWorld({ isAnswering: false, widget: { name: 'widget-0123456789abcdef.js', load } });
});

afterAll(() => world.close());

it('is asked for under a name that lives for minutes, which hands on what its tag was told', async () => {
  const response = await fetch(`${world.apiUrl}/widget.js`);

  const dataset = { color: '#123456', name: 'Ada' };
  const added: Record<string, unknown>[] = [];
  const currentScript = {
    dataset,
    nonce: 'n0nce',
    src: `${world.apiUrl}/widget.js`,
    after: (next: Record<string, unknown>) => added.push(next),
  };
  const document = { currentScript, createElement: () => ({ dataset: {} }) };
  runInNewContext(await response.text(), { document, URL });

  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(added).toHaveLength(1);
  expect(added[0]).toMatchObject({ dataset, nonce: 'n0nce' });
  expect(String(added[0]?.src)).toBe(`${world.apiUrl}/widget-0123456789abcdef.js`);
});

it.each(['gzip, br', 'identity'])('never changes under its own name, for who takes %s', async (encoding) => {
  const response = await fetch(`${world.apiUrl}/widget-0123456789abcdef.js`, {
    headers: { 'accept-encoding': encoding },
  });

  expect(await response.text()).toBe(SCRIPT);
  expect(response.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : 'gzip');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('vary')).toBe('accept-encoding, origin');
});

it('is not there under any other name', async () => {
  const answers = await Promise.all(
    ['widget-fedcba9876543210.js', 'widget-0123456789abcdef.js.gz', 'mount.tsx'].map((name) =>
      fetch(`${world.apiUrl}/${name}`),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
});
