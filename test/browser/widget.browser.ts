/** The widget's one script tag on somebody's page, before a started stack: the official webchat in a real browser. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { openBrowser, standIns } from './chromium.ts';

const browser = openBrowser();

const api = () => `http://localhost:${inject('ports').streams}`;

/** At the playground's origin, which the door knows. */
const PAGE = () => `http://localhost:${inject('ports').playground}/somebodys-own-page`;

/** As docs/widget.md says it. */
const policy = () =>
  `default-src 'none'; script-src ${api()}; connect-src ${api()}; style-src 'unsafe-inline'; img-src data:; media-src data:`;

/** A page whose own style would ruin the window, were it let in. */
async function put(page: Page, attributes = 'data-name="Ada"', at = PAGE()): Promise<Page> {
  const body = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A shop</title><style>button, div { color: red !important; font-size: 40px }</style><body><script src="${api()}/chat-api/local/widget.js" ${attributes}></script>`;
  const headers = { 'content-security-policy': policy() };
  await page.route(at, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body }));
  await page.goto(at);
  return page;
}

const visit = async (attributes?: string, options?: BrowserContextOptions) =>
  put(await browser.newPage(options), attributes);

const button = (page: Page) => page.getByRole('button', { name: 'Ada', exact: true });
const input = (page: Page) => page.getByRole('textbox', { name: 'Message Input' });
const bubbles = (page: Page, side: 'incoming' | 'outgoing') =>
  page.getByRole('log').locator(`.bpMessageContainer[data-direction="${side}"]`);

async function say(page: Page, text: string): Promise<void> {
  await input(page).fill(text);
  await input(page).press('Enter');
}

/** Of a worker that was killed it comes when another one may take its message. */
const answerWith = (page: Page, words: string) =>
  bubbles(page, 'incoming').filter({ hasText: words }).first().waitFor({ timeout: 0 });

/** The first answer as it stays: with the mark that the offline Claude ends with. */
async function wholeAnswer(page: Page): Promise<string> {
  await answerWith(page, '(offline Claude)');
  return bubbles(page, 'incoming').first().innerText();
}

/** Ends the process that has work to do, as a crash does. */
async function kill(name: string): Promise<void> {
  for (;;) {
    const { processes } = await (await fetch(`${standIns()}/stack`)).json();
    const found = processes.find((one: { name: string; busy: boolean }) => one.name === name && one.busy);
    if (found) return void process.kill(found.pid, 'SIGKILL');
  }
}

it('opens no stream before it is opened, and answers with memory', async () => {
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await put(page);
  await button(page).waitFor();
  expect(asked.filter((path) => path.endsWith('/initialize'))).toEqual([]);

  await button(page).click();
  await say(page, 'Hello, my name is Grace.');
  await answerWith(page, 'Grace');
  await say(page, 'What is my name?');
  await bubbles(page, 'incoming').nth(1).filter({ hasText: 'Grace' }).waitFor();

  expect(await bubbles(page, 'outgoing').count()).toBe(2);
  expect(await bubbles(page, 'incoming').count()).toBe(2);
});

it('stays in the conversation after a reload, in a window that stands open again, and in a second tab', async () => {
  const page = await visit();
  await button(page).click();
  await say(page, 'Remember the word lighthouse.');
  await answerWith(page, 'lighthouse');

  await page.reload();
  await answerWith(page, 'lighthouse');
  const tab = await put(await page.context().newPage());
  await button(tab).click();
  await answerWith(tab, 'lighthouse');
  await say(tab, 'And the word harbour.');

  await bubbles(page, 'outgoing').filter({ hasText: 'harbour' }).waitFor();
  await answerWith(page, 'harbour');
});

it('goes on in the newest conversation of a user whom the page has signed in, on any device', async () => {
  const response = await fetch(`${api()}/chat-api/local/users/key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-admin-secret': 'local chat api secret' },
    body: JSON.stringify({ id: 'grace-of-two-devices' }),
  });
  const { key } = await response.json();
  const tag = `data-name="Ada" data-user-key="${key}"`;
  const first = await visit(tag);
  await button(first).click();
  await say(first, 'Remember the word lighthouse.');
  await answerWith(first, 'lighthouse');

  const second = await visit(tag);
  await button(second).click();

  await answerWith(second, 'lighthouse');
  await say(second, 'Which word?');
  await answerWith(first, 'Which word?');
});

it('keeps a thumb with its comment, given by keyboard', async () => {
  const page = await visit();
  await button(page).click();
  await say(page, 'Hello');
  await wholeAnswer(page);
  const rated = page.waitForResponse(
    (response) => response.url().endsWith('/feedback') && response.request().method() === 'PUT',
  );

  await page.getByRole('button', { name: '👎' }).press('Enter');
  await page.getByRole('dialog', { name: 'Help us improve' }).waitFor();
  await page.keyboard.type('Too short.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  expect((await rated).status()).toBe(200);
  expect((await rated).request().postDataJSON()).toEqual({ value: 'negative', comment: 'Too short.' });
  await page.reload();
  await page.getByRole('button', { name: '👎', pressed: true }).waitFor();
});

it('shows choices as buttons, says the one that is chosen, and names the sources of an answer', async () => {
  const page = await visit();
  await button(page).click();
  await say(page, 'use the tool offer_choices with {"question":"Which one?","options":["The red one","The blue one"]}');

  await page.getByRole('button', { name: 'The blue one' }).click();
  await bubbles(page, 'outgoing').getByText('The blue one', { exact: true }).waitFor();
  await answerWith(page, 'You said: “The blue one”');
  await say(page, 'Does every message get an answer?');

  await answerWith(page, '[1] Reliability and cost');
});

it('shows the answer once when the worker that writes it is killed', async () => {
  const page = await visit();
  await button(page).click();
  await say(page, 'Say 250 words, please');

  await kill('reply');

  expect((await wholeAnswer(page)).split(/\s+/).length).toBeGreaterThan(200);
  expect(await bubbles(page, 'incoming').count()).toBe(1);
});

it('shows the answer once when its stream is cut in the middle', async () => {
  browser.expect(/ERR_INCOMPLETE_CHUNKED_ENCODING/);
  const page = await visit();
  await button(page).click();
  await say(page, 'Say 250 words, please');
  await bubbles(page, 'incoming').first().waitFor();

  await kill('chat-api');

  expect((await wholeAnswer(page)).split(/\s+/).length).toBeGreaterThan(200);
  expect(await bubbles(page, 'incoming').count()).toBe(1);
  await say(page, 'And are you still there?');
  await bubbles(page, 'incoming').nth(1).filter({ hasText: 'still there' }).waitFor();
});

it('opens its stream again however often that fails', async () => {
  browser.expect(/ERR_FAILED|ERR_INCOMPLETE_CHUNKED_ENCODING/);
  const page = await browser.newPage();
  await page.clock.install();
  await put(page);
  await button(page).click();
  await say(page, 'Hello');
  await wholeAnswer(page);
  let failed = 0;
  await page.route('**/initialize*', (route) => {
    failed += 1;
    return route.abort();
  });

  await kill('chat-api');
  while (failed < 12) await page.clock.runFor(1_000);
  await page.unroute('**/initialize*');
  await page.clock.resume();
  await say(page, 'And are you still there?');

  await bubbles(page, 'incoming').nth(1).filter({ hasText: 'still there' }).waitFor();
});

it('looks and speaks as its tag says', async () => {
  const page = await visit(
    'type="module" data-name="Ada" data-greeting="Frag mich!" data-color="#b91c1c" data-position="left" data-language="de" data-theme="dark"',
  );
  await button(page).click();
  const window = page.getByRole('dialog', { name: 'Ada' });
  await page.getByRole('textbox', { name: 'Nachrichteneingabe' }).waitFor();
  await window.getByText('Frag mich!').first().waitFor();
  const closing = page.getByRole('button', { name: 'Schaltfläche Chatbot schließen' }).last();

  expect((await window.boundingBox())?.x).toBe(20);
  expect(await closing.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(185, 28, 28)');
  const darkness = window.locator('.bpContainer').evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await darkness).toBe('rgb(16, 16, 16)');
});

it('is worked by the keyboard, and fills a narrow screen', async () => {
  const page = await visit('data-name="Ada"', { viewport: { width: 375, height: 667 }, colorScheme: 'dark' });
  await button(page).press('Enter');
  const box = await page.getByRole('dialog', { name: 'Ada' }).boundingBox();
  await page.keyboard.press('Escape');

  expect(box).toEqual({ x: 0, y: 0, width: 375, height: 667 });
  expect(await button(page).getAttribute('aria-expanded')).toBe('false');
});

it('stays away from a page whose origin nobody named', async () => {
  browser.expect(/CORS policy|ERR_FAILED/);
  const page = await put(await browser.newPage(), 'data-name="Ada"', 'http://localhost:9/somebody-elses-page');
  const refused = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/initialize'));

  await button(page).click();

  expect((await refused).failure()?.errorText).toBe('net::ERR_FAILED');
});
