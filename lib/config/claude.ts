/** Room of the settings: Claude, and through whom it is asked. Pure. */
import { requiredKey } from './keys.ts';
import { baseUrl } from './urls.ts';
import { type Env, oneOf, text, whole } from './values.ts';

/** Whose credentials ask Bedrock, where they are not the function's own: on a laptop those are made up, for the emulators. */
export interface AwsCredentials {
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export function claudeIn(env: Env, problems: string[]) {
  const provider = oneOf(env, 'CLAUDE_PROVIDER', ['anthropic', 'bedrock'], 'anthropic', problems) ?? 'anthropic';
  return {
    ...providers(env, problems)[provider](),
    model: text(env, 'CLAUDE_MODEL', problems) ?? 'claude-haiku-5-5',
    fallbackModel: text(env, 'CLAUDE_FALLBACK_MODEL', problems),
    maxTokens: whole(env, 'CLAUDE_MAX_TOKENS', 2048, problems, { min: 1, max: 128_000 }),
    effort: oneOf(env, 'CLAUDE_EFFORT', ['low', 'medium', 'high', 'xhigh', 'max'], undefined, problems),
  };
}

/** Each reads its own, so that what one needs is not missed by the other. */
function providers(env: Env, problems: string[]) {
  const anthropicUrl = baseUrl(env, 'ANTHROPIC_BASE_URL', problems, '/v1');
  const bedrockUrl = baseUrl(env, 'ANTHROPIC_BEDROCK_BASE_URL', problems);
  const profile = text(env, 'BEDROCK_PROFILE', problems) ?? 'global';
  if (!/^[a-z]+(-[a-z]+)*$/.test(profile)) problems.push('BEDROCK_PROFILE must be a word such as global, eu or us');
  return {
    anthropic: () => ({
      provider: 'anthropic' as const,
      apiKey: requiredKey(env, 'ANTHROPIC_API_KEY', problems),
      baseUrl: anthropicUrl,
      profile: undefined,
      credentials: undefined,
    }),
    /** The function's own role is all that it needs. */
    bedrock: () => ({
      provider: 'bedrock' as const,
      apiKey: '',
      baseUrl: bedrockUrl,
      profile,
      credentials: credentialsIn(env.BEDROCK_CREDENTIALS),
    }),
  };
}

/** As the local stack hands them over. */
function credentialsIn(json: string | undefined): AwsCredentials | undefined {
  try {
    const found: unknown = JSON.parse(json ?? '');
    return typeof found === 'object' && found !== null ? (found as AwsCredentials) : undefined;
  } catch {
    return undefined;
  }
}
