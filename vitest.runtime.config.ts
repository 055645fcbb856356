import { defineConfig } from 'vitest/config';

/** The packaged functions under AWS' own runtime client, which has to be compiled first: `npm run test:runtime`. */
export default defineConfig({
  test: {
    include: ['test/runtime/**/*.runtime.ts'],
    globalSetup: ['test/runtime/install.mjs', 'test/harness/emulators.ts'],
    env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
