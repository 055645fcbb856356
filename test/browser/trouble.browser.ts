import { describe, expect, it } from 'vitest';
import { type Door, openBrowser } from './chromium.ts';

const cases: readonly (readonly [Door, string])[] = [
  ['talkjs', 'Deliver twice'],
  ['talkjs', 'Claude overloaded'],
  ['talkjs', 'TalkJS down'],
  ['talkjs', 'Kill the worker'],
  ['botpress', 'Deliver twice'],
  ['botpress', 'Claude overloaded'],
  ['botpress', 'Botpress down'],
  ['chat-api', 'Deliver twice'],
  ['chat-api', 'Claude overloaded'],
  ['http', 'Deliver twice'],
  ['http', 'Claude overloaded'],
];

describe('the trouble buttons', () => {
  const browser = openBrowser();

  it.each(cases)('at the door %s: “%s” ends in exactly one answer', async (door, trouble) => {
    const visitor = await browser.visit(door);

    await visitor.armTrouble(trouble);
    await visitor.say('Are you there?');
    await visitor.answer(1);

    await visitor.say('And now?');
    await visitor.answer(2);
    expect(await visitor.answers.count()).toBe(2);
    expect(await visitor.page.locator('#messages .mine').count()).toBe(2);
  });

  it('tells of the worker that was killed and of the one that went on', async () => {
    const visitor = await browser.visit('talkjs');

    await visitor.armTrouble('Kill the worker');
    await visitor.say('Please be there');
    await visitor.answer(1);

    expect((await visitor.notes()).join('\n')).toContain('was killed');
    expect(await visitor.page.locator('#figures').innerText()).toMatch(/claimed\s+2 times/);
    expect(await visitor.answers.count()).toBe(1);
  });

  it('sends a sentence of its own when nothing was typed', async () => {
    const visitor = await browser.visit('talkjs');

    await visitor.armTrouble('Claude overloaded');
    await visitor.page.getByRole('button', { name: 'Send' }).click();

    await visitor.answer(1);
    expect((await visitor.notes()).join('\n')).toContain('529');
  });
});
