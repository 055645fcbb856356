import { describe, expect, it } from 'vitest';
import { type Door, openBrowser } from './chromium.ts';

const doors: readonly Door[] = ['talkjs', 'botpress', 'chat-api', 'http'];

describe('the playground', () => {
  const browser = openBrowser();

  it.each(doors)('answers at the door %s and remembers what was said', async (door) => {
    const visitor = await browser.visit(door);
    await visitor.say('Hello, my name is Ada.');
    await visitor.answer(1);

    await visitor.say('What is my name?');
    const answer = await visitor.answer(2);

    expect(answer).toContain('Ada');
    expect(await visitor.state()).toBe('Delivered, exactly once');
    expect(await visitor.answers.count()).toBe(2);
  });

  it.each(doors)('shows the way of a message through the door %s, and what it cost', async (door) => {
    const visitor = await browser.visit(door);

    await visitor.say('How far is the moon?');
    await visitor.answer(1);

    const { page } = visitor;
    const stops = door === 'http' ? 5 : 6; // no queue lies behind this one
    expect(await page.locator('#stages [data-status="done"]').count()).toBe(stops);
    expect(await page.locator('#figures').innerText()).toMatch(/cost\s+\$0\.0\d+/);
    await page.getByText('What Claude was sent').click();
    expect(await page.locator('#history .user').innerText()).toContain('How far is the moon?');
    await page.getByText('What Reconify received').click();
    await page.locator('#record', { hasText: 'anthropic chat' }).waitFor(); // it comes a moment after the turn has ended
  });

  it.each(['chat-api', 'http'] as const)('takes what one thinks of an answer at the door %s', async (door) => {
    const visitor = await browser.visit(door);
    await visitor.say('Hello');
    await visitor.answer(1);
    const { page } = visitor;

    const kept = page.waitForResponse((response) => response.url().endsWith('/feedback'));
    await page.getByRole('button', { name: 'Not a good answer' }).click();

    expect((await kept).ok()).toBe(true);
    expect(await page.locator('.thumbs [aria-pressed="true"]').innerText()).toBe('👎');
  });

  it.each(['chat-api', 'http'] as const)('shows the answer at the door %s while it grows', async (door) => {
    const visitor = await browser.visit(door);
    await visitor.page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const look = () => seen.push(document.querySelector('[data-testid="draft"]')?.textContent ?? '');
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    });

    await visitor.say('Say 250 words, please');
    const answer = await visitor.answer(1);

    const seen: string[] = await visitor.page.evaluate('window.seen');
    const pieces = [...new Set(seen)].filter((text) => text !== '');
    expect(pieces.length).toBeGreaterThan(door === 'http' ? 20 : 1);
    const letters = (text: string) => text.replaceAll(/\s+/g, '');
    for (const piece of pieces) expect(letters(answer)).toContain(letters(piece));
  });

  it.each(doors)('has the conversation at the door %s again when the page is loaded anew', async (door) => {
    const visitor = await browser.visit(door);
    await visitor.say('My favourite colour is green.');
    const answer = await visitor.answer(1);

    await visitor.page.reload();

    await visitor.answers.first().waitFor();
    expect(await visitor.answers.first().innerText()).toBe(answer);
  });

  it.each(doors)('says what a button holds when it is clicked, at the door %s', async (door) => {
    const visitor = await browser.visit(door);
    await visitor.say(
      'use the tool offer_choices with {"question":"Which one?","options":["The red one","The blue one"]}',
    );
    await visitor.answer(1);

    await visitor.page.getByRole('button', { name: 'The blue one' }).click();

    expect(await visitor.answer(2)).toContain('The blue one');
  });

  it('has a page with the widget as a door, and follows it into another conversation', async () => {
    const { page } = await browser.visit('talkjs');
    await page.locator('#door-widget').check({ force: true });
    const widget = page.frameLocator('iframe');
    const input = widget.getByRole('textbox', { name: 'Message Input' });
    const isDelivered = page.locator('#state[data-state="DELIVERED"]');
    await input.fill('Hello, my name is Ada.');
    await input.press('Enter');
    await isDelivered.waitFor();

    await widget.getByRole('button', { name: 'Restart Conversation Button' }).click();
    await widget.getByRole('button', { name: 'New conversation' }).click();
    await page.getByText('Nothing has been said yet').waitFor();
    await input.fill('What is my name?');
    await input.press('Enter');

    await isDelivered.waitFor();
    await widget.getByText('(offline Claude)').waitFor();
    expect(await widget.getByRole('log').innerText()).not.toContain('Ada');
  });

  it('leafs back to an earlier turn', async () => {
    const visitor = await browser.visit('talkjs');
    await visitor.say('one');
    await visitor.answer(1);
    await visitor.say('two');
    await visitor.answer(2);

    await visitor.page.getByRole('button', { name: 'Earlier turn' }).click();

    expect(await visitor.page.locator('#which').innerText()).toBe('1 of 2');
    await visitor.page.getByText('What Claude was sent').click();
    await expect.poll(() => visitor.page.locator('#history .user').allInnerTexts()).toHaveLength(1);
  });

  it('says what to set where no TalkJS account is', async () => {
    const page = await browser.newPage();
    const { page: playground } = await browser.visit('talkjs');

    await page.goto(new URL('/talkjs', playground.url()).href);

    await page.getByText('Claude in a real TalkJS chatbox').waitFor();
    expect(await page.locator('body').innerText()).toContain('TALKJS_SECRET_KEY');
  });
});
