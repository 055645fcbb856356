/** The way to ask Claude, through Amazon Bedrock: all that holds for Anthropic's own API, over AWS' signatures and event streams. */
import { expect, it, vi } from 'vitest';
import { readSettings } from '../../lib/config.ts';
import { Permanent } from '../../lib/errors.ts';
import { checkBedrock } from '../../scripts/doctor/bedrock.ts';

vi.stubEnv('CLAUDE_PROVIDER', 'bedrock');
await import('./ask.test.ts');
await import('./ask-oddities.test.ts');
const { AWS, openAsking } = await import('../harness/asking.ts');

const { claude, calls, ask, url } = openAsking();
const credentials = (over: object) => ({
  BEDROCK_CREDENTIALS: JSON.stringify({ region: 'eu-west-1', ...AWS, ...over }),
});

it('names the model behind its profile, and pays what the profile costs', async () => {
  await ask();
  await ask({}, { BEDROCK_PROFILE: 'eu' });
  await ask({}, { CLAUDE_MODEL: 'us.anthropic.claude-haiku-5-5' });

  const paths = calls.map(({ request }) => request.model);
  expect(paths).toEqual(['global', 'eu', 'us'].map((profile) => `${profile}.anthropic.claude-haiku-5-5`));
  const [global, ...regional] = calls.map(({ usd }) => usd);
  for (const usd of regional) expect(usd / (global ?? 0)).toBeCloseTo(1.1);
  expect(calls[0]?.requestId).toMatch(/^req_offline_/);
  expect(claude.requests.map(({ path }) => path)).toContain(
    '/model/eu.anthropic.claude-haiku-5-5/invoke-with-response-stream',
  );
});

it('is refused for good with a wrong signature', async () => {
  await expect(ask({}, credentials({ secretAccessKey: 'another one' }))).rejects.toThrow(Permanent);
  await expect(ask({}, credentials({ accessKeyId: 'AKIASOMEBODY' }))).rejects.toThrow(Permanent);
});

it('needs no key of Anthropic, and refuses a profile that is none', () => {
  expect(readSettings({ CLAUDE_PROVIDER: 'bedrock' }, ['claude']).claude).toMatchObject({
    apiKey: '',
    profile: 'global',
  });
  expect(() => readSettings({ CLAUDE_PROVIDER: 'bedrock', BEDROCK_PROFILE: 'eu.' }, ['claude'])).toThrow(
    'BEDROCK_PROFILE',
  );
  expect(() => readSettings({ CLAUDE_PROVIDER: 'azure' }, ['claude'])).toThrow('CLAUDE_PROVIDER must be one of');
});

it.each([
  [undefined, 'ok', 'Bedrock lets us ask for global.anthropic.claude-haiku-5-5'],
  [
    {
      status: 403,
      errorMessage: 'User: arn:aws:sts::1:assumed-role/x is not authorized to perform: bedrock:InvokeModel',
    },
    'wrong',
    'may not ask',
  ],
  [{ status: 403, errorMessage: 'The model is not available for this account' }, 'wrong', 'no access'],
  [{ status: 404, errorMessage: 'The provided model identifier is invalid.' }, 'wrong', 'knows no'],
  [{ status: 400, errorMessage: 'Invocation with on-demand throughput isn’t supported' }, 'wrong', 'knows no'],
] as const)('the doctor tells what is wrong with it: %j', async (fault, mark, words) => {
  if (fault) claude.script(fault);
  const { claude: settings } = readSettings(
    { CLAUDE_PROVIDER: 'bedrock', ANTHROPIC_BEDROCK_BASE_URL: url(), ...credentials({}) },
    ['claude'],
  );

  const [finding] = await checkBedrock(settings, [settings.model]);

  expect(finding).toMatchObject({ mark, what: expect.stringContaining(words) });
});
