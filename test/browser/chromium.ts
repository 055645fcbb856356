/** A real Chromium, and the playground's page as somebody in front of it sees it. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

/** Its own traffic off, which would otherwise look for its maker's servers. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that a test makes up comes from no address at all.
  '--disable-features=LocalNetworkAccessChecks',
];

export type Door = 'talkjs' | 'botpress' | 'chat-api' | 'http';

export const standIns = () => `http://localhost:${inject('ports').standIns}`;

/** A fresh visitor in each test; whatever a page complained of, or asked another machine for, fails the test. */
export function openBrowser() {
  let browser: Browser;
  let complaints: string[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: QUIET });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    const heard = complaints.filter((complaint) => !expected.some((one) => one.test(complaint)));
    complaints = [];
    expected = [];
    expect(heard).toEqual([]);
  });
  afterAll(() => browser.close());

  async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol !== 'data:' && hostname !== 'localhost') complaints.push(`asked ${request.url()}`);
    });
    return page;
  }

  return {
    newPage,
    /** What the test at hand causes itself, and its pages may complain of. */
    expect: (complaint: RegExp) => expected.push(complaint),
    /** The playground with this door open. */
    async visit(door: Door, options?: BrowserContextOptions): Promise<Visitor> {
      const page = await newPage(options);
      await page.goto(`http://localhost:${inject('ports').playground}/`);
      await page.locator('form[data-ready]').waitFor();
      const visitor = visitorOf(page);
      if (!(await page.locator(`#door-${door}`).isChecked())) await visitor.enter(door);
      return visitor;
    },
  };
}

const routes = { talkjs: '/talkjs', botpress: '/botpress', 'chat-api': '/chat-api', http: '/chat/' };

export type Visitor = ReturnType<typeof visitorOf>;

function visitorOf(page: Page) {
  const answers = page.locator('#messages .theirs:not(.draft) .bubble');
  return {
    page,
    answers,
    async enter(door: Door): Promise<void> {
      await page.locator(`#door-${door}`).check({ force: true });
      await page.locator(`#door-note:has-text("${routes[door]}")`).waitFor();
      await page.locator('form[data-ready]').waitFor();
    },
    async say(text: string): Promise<void> {
      await page.getByLabel('Your message').fill(text);
      await page.getByLabel('Your message').press('Enter');
    },
    /** The text of the answer with this number, from 1, when its turn has ended. */
    async answer(number: number): Promise<string> {
      await answers.nth(number - 1).waitFor({ timeout: 90_000 });
      await page.locator('#state[data-state="DELIVERED"]').waitFor();
      await page.locator('#stages [data-stage="logged"][data-status="done"]').waitFor();
      return answers.nth(number - 1).innerText();
    },
    armTrouble: (name: string) => page.getByRole('button', { name }).click(),
    state: () => page.locator('#state').innerText(),
    notes: () => page.locator('#notes li').allInnerTexts(),
  };
}
