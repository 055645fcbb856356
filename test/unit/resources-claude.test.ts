/** The right to ask Claude, as the template gets it: a key of Anthropic's to read, or models of Bedrock to ask for. */
import { createRequire } from 'node:module';
import { afterEach, expect, it, vi } from 'vitest';

type Statement = { Action: string[]; Resource: { 'Fn::Sub': string }[] };
const claude: (framework: object) => Promise<Statement> = createRequire(import.meta.url)('../../resources/claude.cjs');
const framework = { options: {}, resolveVariable: async (name: string) => (name === 'self:service' ? 'chat' : 'dev') };

afterEach(() => vi.unstubAllEnvs());

it('is a parameter with the key, where Anthropic is asked', async () => {
  vi.stubEnv('CLAUDE_PROVIDER', '');

  const { Action, Resource } = await claude(framework);

  expect(Action).toEqual(['ssm:GetParameters']);
  expect(Resource.map((one) => one['Fn::Sub'])).toEqual([expect.stringMatching(/:parameter\/chat\/dev\/anthropic$/)]);
});

it('is each model that may be asked, and its profile, where Bedrock is', async () => {
  vi.stubEnv('CLAUDE_PROVIDER', 'bedrock');
  vi.stubEnv('BEDROCK_PROFILE', 'eu');
  vi.stubEnv('CLAUDE_MODEL', 'claude-haiku-5-5');
  vi.stubEnv('CLAUDE_FALLBACK_MODEL', 'global.anthropic.claude-sonnet-5-5');

  const { Action, Resource } = await claude(framework);

  expect(Action).toEqual(['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream']);
  const names = Resource.map((one) => one['Fn::Sub'].replace(/\$\{AWS::\w+\}/g, '_'));
  expect(names).toEqual([
    'arn:_:bedrock:_:_:inference-profile/eu.anthropic.claude-haiku-5-5',
    'arn:_:bedrock:*::foundation-model/anthropic.claude-haiku-5-5',
    'arn:_:bedrock:_:_:inference-profile/global.anthropic.claude-sonnet-5-5',
    'arn:_:bedrock:*::foundation-model/anthropic.claude-sonnet-5-5',
    'arn:_:bedrock:::foundation-model/anthropic.claude-sonnet-5-5',
  ]);
});
