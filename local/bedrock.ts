/** The embedded stack: the shell's AWS credentials, for Bedrock alone. Everything else here has made-up ones. */
import { STSClient } from '@aws-sdk/client-sts';
import type { Env } from '../lib/config.ts';
import { CannotStart } from './cannot-start.ts';
import type { Settings } from './settings.ts';

/**
 * To be called before the shell's AWS is put aside. Nothing where Bedrock is not asked. Throws `CannotStart` where nobody has
 * credentials; those of a login last as long as the login.
 */
export async function bedrockCredentials(env: Env, region: string): Promise<Settings> {
  if (env.CLAUDE_PROVIDER?.trim() !== 'bedrock') return {};
  const own = env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim() || region;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env;
  const found =
    accessKeyId && secretAccessKey
      ? { accessKeyId, secretAccessKey, sessionToken: AWS_SESSION_TOKEN }
      : await ofProfile(env.AWS_PROFILE, own);
  return { BEDROCK_CREDENTIALS: JSON.stringify({ region: own, ...found }) };
}

async function ofProfile(profile: string | undefined, region: string) {
  try {
    const client = new STSClient({ region, ...(profile ? { profile } : {}) });
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    return { accessKeyId, secretAccessKey, sessionToken };
  } catch {
    throw new CannotStart(
      'CLAUDE_PROVIDER=bedrock needs AWS credentials: `aws configure`, `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  }
}
