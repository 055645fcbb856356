/** Runs the end-to-end suite that ships inside the npm package of the official Chat API client; it is copied for the run and not kept. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';

const root = path.resolve(import.meta.dirname, '../..');
const client = path.join(root, 'node_modules/@botpress/chat');

export interface SuiteResult {
  passed: number;
  total: number;
  /** The names of the others, with the first line of what went wrong. */
  failures: string[];
}

const report = z.object({
  numPassedTests: z.number(),
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      message: z.optional(z.string()),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.nullish(z.array(z.string())) }),
      ),
    }),
  ),
});

/** The server has to run the echo bot and shared authentication with this very secret. Needs vitest 3: one test awaits nothing. */
export async function runBotpressSuite(apiUrl: string, secret: string): Promise<SuiteResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'botpress-suite-'));
  try {
    await cp(path.join(client, 'e2e'), path.join(folder, 'e2e'), { recursive: true });
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    // By file path: the package's name would lead to its browser bundle.
    const alias = [{ find: '^\\.\\./src$', replacement: path.join(client, 'dist/index.cjs') }];
    const config = `const alias = ${JSON.stringify(alias)}.map((a) => ({ ...a, find: new RegExp(a.find) }));
export default { resolve: { alias }, test: { include: ['e2e/**/*.test.ts'], testTimeout: 20_000 } };`;
    await writeFile(path.join(folder, 'vitest.config.mjs'), config);
    const output = path.join(folder, 'report.json');
    const vitest = path.join(root, 'node_modules/vitest3/vitest.mjs');
    const said = await run(folder, [vitest, 'run', '--reporter=json', `--outputFile=${output}`], { apiUrl, secret });
    const text = await readFile(output, 'utf8').catch(() => {
      throw new Error(`the suite could not run:\n${said}`);
    });
    return toResult(report.parse(JSON.parse(text)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What it printed; a failing test is no failing run. */
function run(cwd: string, args: string[], { apiUrl, secret }: { apiUrl: string; secret: string }): Promise<string> {
  const { VITEST, VITEST_MODE, VITEST_POOL_ID, VITEST_WORKER_ID, NODE_ENV, ...env } = process.env;
  const options = { cwd, env: { ...env, API_URL: apiUrl, ENCRYPTION_KEY: secret }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`));
  });
}

function toResult({ numPassedTests, numTotalTests, testResults }: z.infer<typeof report>): SuiteResult {
  const failures = testResults.flatMap(({ assertionResults, message }) => {
    const failed = assertionResults.filter(({ status }) => status !== 'passed');
    const names = failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages?.[0]?.split('\n')[0]}`);
    return assertionResults.length === 0 && message ? [message] : names;
  });
  return { passed: numPassedTests, total: numTotalTests, failures };
}
