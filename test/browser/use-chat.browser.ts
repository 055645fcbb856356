/** The AI SDK's `useChat` in a real page, before the door /chat of a started stack. */
import path from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { beforeAll, expect, inject, it } from 'vitest';
import { openBrowser } from './chromium.ts';

const browser = openBrowser();
let script = '';

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'pages/use-chat.tsx')],
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  script = outputFiles[0]?.text ?? '';
});

/** The page lies at the playground's origin, which the door knows. */
async function visit(session: string, said = ''): Promise<Page> {
  const { playground, streams } = inject('ports');
  const api = `http://localhost:${streams}/chat/${session}`;
  const page = await browser.newPage();
  const own = `http://localhost:${playground}/somebodys-own-page`;
  const body = `<!doctype html><link rel="icon" href="data:,"><body data-api="${api}" data-key="${inject('chatKey')}" data-said="${said}"><script>${script.replaceAll('</script', '<\\/script')}</script>`;
  await page.route(own, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
  await page.goto(own);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.getByLabel('Your message').press('Enter');
}

const answers = (page: Page) => page.locator('[data-role="assistant"]');
const isReady = (page: Page) => page.locator('output[data-status="ready"]').waitFor({ state: 'attached' });

it('answers with memory', async () => {
  const page = await visit('use-chat-memory');

  await say(page, 'Hello, my name is Ada.');
  await answers(page).first().waitFor();
  await isReady(page);
  await say(page, 'What is my name?');
  await answers(page).nth(1).waitFor();
  await isReady(page);

  expect(await answers(page).nth(1).innerText()).toContain('Ada');
});

it('has the answer that was under way when the page was left', async () => {
  const question = 'Say 250 words, please';
  const before = await visit('use-chat-resume');
  await say(before, question);
  await answers(before).first().waitFor();
  await before.context().close();

  const page = await visit('use-chat-resume', question);
  await answers(page).first().waitFor();
  await isReady(page);

  expect((await answers(page).first().innerText()).split(/\s+/).length).toBeGreaterThan(200);
});
