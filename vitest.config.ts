import { defineConfig } from 'vitest/config';
import { watchLine } from './test/harness/log-watch.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/emulators.ts'],
    setupFiles: ['test/harness/log-lines.ts'],
    env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    // A hanging test must end some day; nothing in the suite measures time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    onConsoleLog: watchLine,
  },
});
