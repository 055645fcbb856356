import { defineConfig } from 'vitest/config';
import { watchLine } from './test/harness/log-watch.ts';
import type { Size } from './test/harness/size.ts';

/** `npm test` runs a sample; `--mode all` and `--mode proof` do the same things more often (test/harness/size.ts). */
const SIZES: Readonly<Record<string, Size>> = { all: 'all', proof: 'proof' };

/** What has no smaller size, and takes long: it waits for `npm run test:all`. */
const LONG = ['test/e2e/{kills,npx,doctor}.test.ts', 'test/flow/scale-counts.test.ts'];

export default defineConfig(({ mode }) => {
  const size = SIZES[mode] ?? 'sample';
  const project = (name: string, include: string[]) => ({
    extends: true as const,
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', ...(size === 'sample' ? LONG : [])],
    },
  });
  /** Amazon's own emulator (Java) in place of ours. */
  const onDynamoDbLocal = (include: string) => project('dynamodb-local', [include]);
  return {
    test: {
      globalSetup: ['test/harness/emulators.ts'],
      setupFiles: ['test/harness/endpoints.ts', 'test/harness/log-lines.ts'],
      env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      provide: { size },
      projects:
        process.env.DYNAMODB === 'local'
          ? [onDynamoDbLocal('test/**/*.test.ts')]
          : [
              project('embedded', ['test/**/*.test.ts']),
              ...(size === 'all' ? [onDynamoDbLocal('test/flow/**/*.test.ts')] : []),
            ],
      // Most of them wait for servers most of the time.
      maxWorkers: 4,
      reporters: ['default', 'test/harness/slowest.ts'],
      // A hanging test must end some day; nothing in the suite measures time.
      testTimeout: size === 'proof' ? 0 : 300_000,
      hookTimeout: 300_000,
      onConsoleLog: watchLine,
    },
  };
});
