import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BodyTooLarge, readBody, sendJson, serve } from '../../../../local/stand-ins/serve.ts';

let here: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  here = await serve({
    echo: (request, response) => sendJson(response, 200, { url: request.url }, { 'x-mount': 'echo' }),
    size: async (request, response) => {
      try {
        sendJson(response, 200, { bytes: (await readBody(request, 1000)).length });
      } catch (error) {
        sendJson(response, error instanceof BodyTooLarge ? 413 : 500, {});
      }
    },
    broken: () => {
      throw new Error('secret detail');
    },
  });
});
afterAll(() => here.close());

describe('the server of the stand-ins', () => {
  it.each([
    ['/echo', '/'],
    ['/echo/', '/'],
    ['/echo/a/b?c=d', '/a/b?c=d'],
    ['/echo?c=d', '/?c=d'],
  ])('mounts a handler under its name: %s is %s', async (path, url) => {
    const response = await fetch(here.url + path);

    expect(response.headers.get('x-mount')).toBe('echo');
    expect(await response.json()).toEqual({ url });
  });

  it('answers 404 to everything else', async () => {
    const statuses = await Promise.all(
      ['/', '/other', '/constructor'].map(async (path) => (await fetch(here.url + path)).status),
    );

    expect(statuses).toEqual([404, 404, 404]);
  });

  it('answers 500 without details when a handler throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});

    const response = await fetch(`${here.url}/broken`);
    const text = await response.text();
    log.mockRestore();

    expect(response.status).toBe(500);
    expect(text).not.toContain('secret');
  });

  it('reads a body up to its limit', async () => {
    const send = (bytes: number) => fetch(`${here.url}/size`, { method: 'POST', body: 'x'.repeat(bytes) });

    const [fits, tooLarge] = [await send(1000), await send(1001)];

    expect(await fits.json()).toEqual({ bytes: 1000 });
    expect(tooLarge.status).toBe(413);
  });

  it('says that a port is taken', async () => {
    const port = Number(new URL(here.url).port);

    await expect(serve({}, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes also what is still open', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const other = await serve({ silent: () => resolve() });
    const waiting = fetch(`${other.url}/silent`).catch(() => 'ended');

    await asked;
    await other.close();

    expect(await waiting).toBe('ended');
  });
});
