/**
 * Prints what the widget costs a page: `npm start`, and then `node bench/once/measure-widget.mjs [runs]`. Each run is a browser without a
 * cache; times are from the beginning of the page, and from the press of the button.
 */
import { chromium } from 'playwright-core';

const RUNS = Number(process.argv[2] ?? 30);
const PORT = Number(process.env.PORT ?? 3000);
const src = `http://localhost:${PORT + 1}/chat-api/local/widget.js`;
const at = `http://localhost:${PORT + 4}/measured`;
const body = `<!doctype html><title>Measured</title><body><script src="${src}" data-name="Ada" async></script>`;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  // A page that is made up comes from no address at all.
  args: ['--no-sandbox', '--disable-gpu', '--disable-features=LocalNetworkAccessChecks'],
});
const runs = [];
let bytes = 0;
for (let run = 0; run < RUNS; run++) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route(at, (route) => route.fulfill({ contentType: 'text/html', body }));
  page.on('response', async (response) => {
    if (/widget-.*\.js$/.test(response.url())) bytes = (await response.request().sizes()).responseBodySize;
  });
  const began = performance.now();
  await page.goto(at);
  await page.getByRole('button', { name: 'Ada' }).waitFor();
  const button = performance.now() - began;
  const pressed = performance.now();
  await page.getByRole('button', { name: 'Ada' }).click();
  await page.locator('.bpComposerContainer[data-disabled="false"]').waitFor();
  runs.push({ button, window: performance.now() - pressed });
  await context.close();
}
await browser.close();

const median = (name) => Math.round(runs.map((run) => run[name]).sort((a, b) => a - b)[Math.floor(RUNS / 2)]);
console.log(
  `${bytes} bytes of gzip; button after ${median('button')} ms, window can be written in after ${median('window')} ms more`,
);
