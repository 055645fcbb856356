import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { openBrowser } from './chromium.ts';

describe('the choice of the bot', () => {
  const browser = openBrowser();

  it('says at each of its doors who answers there, and why a door is closed', async () => {
    const { page, say, enter } = await browser.visit('botpress');
    await page.getByRole('radio', { name: 'sales' }).check({ force: true });
    await page.locator('#closed:has-text("Botpress: No way to sales here")').waitFor();
    expect(await page.getByRole('radio', { name: 'Botpress' }).isDisabled()).toBe(true);

    const asked: string[] = [];
    for (const door of ['talkjs', 'chat-api', 'http'] as const) {
      await enter(door);
      await say('Who are you?');
      await page.locator('#messages .theirs:not(.draft) .bubble').waitFor();
      await page.locator('#stages [data-stage="logged"][data-status="done"]').waitFor();
      if (asked.length === 0) await page.getByText('What Claude was sent').click();
      asked.push(await page.locator('#history .system').innerText());
      expect(await page.locator('#door-note').innerText()).toContain('sales answers.');
    }
    await page.getByRole('radio', { name: 'default' }).check({ force: true });
    await page.locator('#door-note:has-text("default answers.")').waitFor();

    expect(asked).toEqual(Array.from({ length: 3 }, () => expect.stringContaining('You are the sales bot.')));
    expect(await page.locator('#messages li').count()).toBe(0);
  });

  it('tells what is wrong with a bot that was saved broken, until it is mended', async () => {
    const { page } = await browser.visit('talkjs');
    const file = path.join(inject('botsFolder'), 'sales/bot.md');
    const good = await readFile(file, 'utf8');

    await writeFile(file, good.replace('chatApi', 'chatApy'));
    const said = await page.locator('#broken:not([hidden])').innerText();
    await writeFile(file, good);
    await page.locator('#broken').waitFor({ state: 'hidden' });

    expect(said).toContain('chatApy is no key of a bot');
  });
});
