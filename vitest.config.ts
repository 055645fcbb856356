import { defineConfig } from 'vitest/config';
import { watchLine } from './test/harness/log-watch.ts';
import type { Size } from './test/harness/size.ts';

/** `npm test` runs a sample; `--mode all` and `--mode proof` do the same things more often (test/harness/size.ts). */
const SIZES: Readonly<Record<string, Size>> = { all: 'all', proof: 'proof' };

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/emulators.ts'],
    setupFiles: ['test/harness/log-lines.ts'],
    env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    provide: { size: SIZES[mode] ?? 'sample' },
    // Most of them wait for servers most of the time.
    maxWorkers: 4,
    // A hanging test must end some day; nothing in the suite measures time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    onConsoleLog: watchLine,
  },
}));
