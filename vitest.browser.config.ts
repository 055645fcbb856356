import { defineConfig } from 'vitest/config';

/** The page in a real Chromium, in front of a really started stack: `npm run test:browser`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: ['test/browser/stack.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One stack, whose stand-ins misbehave for whoever comes next.
    fileParallelism: false,
  },
});
