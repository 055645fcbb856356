import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Door, openBrowser, standIns } from './chromium.ts';

/** Each would set `window.caught`, load something from elsewhere, or lead where no link may. */
const ATTACKS = [
  '<script>window.caught = 1</script>',
  '<img src="https://elsewhere.example/x.png" onerror="window.caught = 2">',
  '<svg onload="window.caught = 3"><circle/></svg>',
  '![a picture](https://elsewhere.example/pixel.png "title")',
  '[one](javascript:window.caught=4) [two](JaVaScRiPt&#58;window.caught=5) [three](data:text/html,<script>window.caught=6</script>)',
  '<javascript:window.caught=7> [four]( \u0001javascript:window.caught=8) [five](vbscript:x)',
  '<iframe srcdoc="<script>parent.caught = 9</script>"></iframe>',
  '<a href="https://elsewhere.example" onmouseover="window.caught = 10">over me</a>',
  '| a |\n|---|\n| <img src=x onerror=window.caught=11> |',
  '> - <details open ontoggle=window.caught=12>&lt;script&gt;window.caught=13&lt;/script&gt;',
  '<style>body { background: url(https://elsewhere.example/y) }</style>',
  '[good](https://good.example/page) and `<b onclick=window.caught=14>`',
].join('\n\n');

const doors: readonly Door[] = ['talkjs', 'botpress', 'chat-api', 'http'];
const looks = [390, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => [width, scheme] as const));

describe('the page', () => {
  const browser = openBrowser();

  it.each(doors)('shows hostile Markdown of an answer at the door %s as harmless text', async (door) => {
    const visitor = await browser.visit(door);
    await letClaudeSay(ATTACKS);

    await visitor.say('Show me something');
    const answer = await visitor.answer(1);

    expect(answer).toContain('good');
    await expectHarmless(visitor.page);
  });

  it.each(doors)('shows what the user typed at the door %s as text', async (door) => {
    const visitor = await browser.visit(door);

    await visitor.say('<img src=x onerror="window.caught = 1"> **bold** [x](javascript:window.caught=2)');
    await visitor.answer(1);

    expect(await visitor.page.locator('#messages .mine').innerText()).toContain('<img src=x onerror=');
    await expectHarmless(visitor.page);
  });

  it('can be used with the keyboard alone', async () => {
    const { page, answer } = await browser.visit('botpress', { reducedMotion: 'reduce' });
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || '');
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

    await press('Tab', 'Enter');
    await page.keyboard.type('Hello from the keyboard');
    await press('Enter');
    await answer(1);
    await press('Tab', 'Tab', 'Space');
    const armed = await page.getByRole('button', { name: 'Deliver twice' }).getAttribute('aria-pressed');
    await page.keyboard.type('And once more');
    await press('Enter');
    await answer(2);
    await page.locator('#door-botpress').focus();
    await press('ArrowRight');
    await page.locator('#door-note:has-text("/talkjs")').waitFor();

    expect(armed).toBe('true');
    expect(await focused()).toBe('door-talkjs');
  });

  it('shows where the focus is, on everything that takes it', async () => {
    const { page } = await browser.visit('talkjs');
    const unseen: string[] = [];

    for (let i = 0; i < 25; i++) {
      await page.keyboard.press('Tab');
      const bare = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return '';
        const shown = [element, element.nextElementSibling].flatMap((one) => (one ? [getComputedStyle(one)] : []));
        return shown.some(({ outlineStyle }) => outlineStyle !== 'none') ? '' : element.outerHTML.slice(0, 80);
      });
      if (bare) unseen.push(bare);
    }

    expect(unseen).toEqual([]);
  });

  it('says why people have the conversation, since when and the way back, and whom it was told', async () => {
    const visitor = await browser.visit('talkjs');

    await visitor.say('I want to talk to a human');
    await visitor.answer(1);

    await visitor.page
      .locator('#people', {
        hasText: /waits for a person since .*as Claude asked for a person: I want to talk to a human\. .* resume /,
      })
      .waitFor();
    await visitor.page.locator('#notes li', { hasText: 'They know: handoff requested' }).waitFor();
  });

  it('tells a screen reader what Claude said', async () => {
    const visitor = await browser.visit('http');

    await visitor.say('Hello there');
    const answer = await visitor.answer(1);

    const spoken = visitor.page.locator('[aria-live="polite"]#spoken');
    expect(await spoken.textContent()).toContain(answer.slice(0, 20));
  });

  it.each(looks)('fits a screen of %i pixels in the %s scheme, and can be read there', async (width, colorScheme) => {
    const height = width === 390 ? 844 : 800;
    const visitor = await browser.visit('botpress', { viewport: { width, height }, colorScheme });

    await visitor.say('Show me some Markdown');
    await visitor.answer(1);

    const { page } = visitor;
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    expect(await page.evaluate(lowContrast)).toEqual([]);
  });

  it.each(doors)('lists where the answer at the door %s is from, in its words', async (door) => {
    const visitor = await browser.visit(door);

    await visitor.say('How do I deploy you?');
    const answer = await visitor.answer(1);

    const first = visitor.page.locator('#sources li').first();
    await first.waitFor();
    expect(answer).toContain('[1]');
    expect(await first.innerText()).toContain('[1] Deploying to AWS');
    expect(await first.innerText()).toContain('one serverless bundle');
  });

  it('keeps still for who wants no motion', async () => {
    const visitor = await browser.visit('talkjs', { reducedMotion: 'reduce' });

    await visitor.say('please be slow');
    await visitor.page.locator('[data-testid="draft"] .dots').waitFor();

    expect(await visitor.page.evaluate(() => document.getAnimations().length)).toBe(0);
    await visitor.answer(1);
  });

  it('takes no orders from other pages', async () => {
    const { page } = await browser.visit('talkjs');
    const url = new URL('/api/trouble', page.url());

    const foreign = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' });

    expect(foreign.status).toBe(415);
  });
});

async function letClaudeSay(text: string) {
  const body = JSON.stringify([{ text }]);
  await fetch(`${standIns()}/claude/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

async function expectHarmless(page: Page) {
  expect(await page.evaluate('window.caught')).toBeUndefined();
  const foreign = page.locator(
    '#messages :is(img, script, svg, iframe, style, details, object, embed, [onclick], [style])',
  );
  expect(await foreign.count()).toBe(0);
  for (const link of await page.locator('#messages a').all()) {
    expect(await link.getAttribute('href')).toMatch(/^(https?:|mailto:)/);
    expect(await link.getAttribute('rel')).toContain('noopener');
  }
}

/** Texts whose contrast to what they stand on is below 4.5 (WCAG 2.2 AA). Runs in the page. */
function lowContrast(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color: string): number[] => {
    if (!canvas) return [];
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r = 0, g = 0, b = 0]: number[]) => {
    const linear = (value: number) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const ground = (element: Element | null): number[] => {
    for (let one = element; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      if ((color[3] ?? 0) > 250) return color;
    }
    return [255, 255, 255, 255];
  };
  const low: string[] = [];
  for (const element of document.querySelectorAll('body *:not(script)')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    const isHidden =
      !element.checkVisibility() || element.closest('.visually-hidden, legend, :disabled, [data-status="skipped"]');
    if (!own || isHidden) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) low.push(`${contrast.toFixed(2)} ${element.textContent?.slice(0, 40)}`);
  }
  return low;
}
