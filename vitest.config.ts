import { defineConfig } from 'vitest/config';
import { watchLine } from './test/harness/log-watch.ts';
import type { Size } from './test/harness/size.ts';

/** `npm test` runs a sample; `--mode all` and `--mode proof` do the same things more often (test/harness/size.ts). */
const SIZES: Readonly<Record<string, Size>> = { all: 'all', proof: 'proof' };

const TESTS = 'test/{unit,flow,promises,e2e}/**/*.test.ts';

/** What has no smaller size and takes long waits for `npm run test:all`. */
const LONG = [
  'test/flow/{doctor,memory,reconify-outage,evals}.test.ts',
  'test/e2e/{kills,handoffs,npx,doctor,chat-api-stack,stack-ends,effects,bots-live}.test.ts',
  'test/e2e/{botpress-suite,chat,new-platform,surroundings}.test.ts',
  'test/flow/bots-talkjs-second.test.ts',
  'test/flow/{bench-counts,chat-api-claude,chat-api-window,languages,scale-counts}.test.ts',
  'test/flow/{stalls,talkjs-many,talkjs-typing}.test.ts',
  'test/promises/{storms,garbage}-botpress.test.ts',
  'test/promises/{storms-effects,crash-effects,crash-growing,memory}.test.ts',
];

/** What is about other services than the table: once is enough. */
const ANYWHERE = ['test/flow/{doctor,evals,reconify-outage,stalls,talkjs-many}.test.ts'];

export default defineConfig(({ mode }) => {
  const size = SIZES[mode] ?? 'sample';
  const emulators = {
    globalSetup: ['test/harness/emulators.ts'],
    setupFiles: ['test/harness/endpoints.ts', 'test/harness/log-lines.ts'],
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      BOTS_DIR: 'test/fixtures/bots',
    },
  };
  const projects = [
    { name: 'embedded', include: [TESTS], exclude: size === 'sample' ? LONG : [], ...emulators },
    { name: 'architecture', include: ['test/architecture.test.ts', 'test/patterns.test.ts', 'test/docs.test.ts'] },
    { name: 'package', include: ['test/package/*.test.ts'], globalSetup: ['test/package/packages.ts'] },
    /** Amazon's own emulator (Java) in place of ours. */
    {
      name: 'dynamodb-local',
      include: size === 'all' ? ['test/flow/**/*.test.ts', 'test/promises/content-matrix.test.ts'] : [TESTS],
      exclude: size === 'all' ? ANYWHERE : [],
      ...emulators,
    },
    /** The packaged functions under AWS' own runtime client, which has to be compiled first. */
    {
      ...emulators,
      name: 'runtime',
      include: ['test/runtime/**/*.runtime.ts'],
      globalSetup: ['test/runtime/install.mjs', 'test/harness/emulators.ts'],
    },
  ];
  const isAsked = (name: string) => process.argv.some((word) => word === name || word.startsWith(`test/${name}`));
  const here = process.env.DYNAMODB === 'local' ? ['dynamodb-local'] : ['embedded'];
  const wanted = { sample: here, all: projects.map(({ name }) => name), proof: ['embedded'] }[size];
  return {
    test: {
      provide: { size },
      projects: projects
        .filter(({ name }) => wanted.includes(name) || isAsked(name))
        .map((test) => ({ extends: true as const, test })),
      // Most of them wait for servers most of the time.
      maxWorkers: 4,
      reporters: ['default', './test/harness/slowest.ts'],
      // A hanging test must end some day; nothing in the suite measures time.
      testTimeout: size === 'proof' ? 0 : 300_000,
      hookTimeout: 300_000,
      onConsoleLog: watchLine,
    },
  };
});
