/** Stop 6. The client for Claude in Amazon Bedrock, in a file of its own: it is as large as all the rest, and bundled only where it is asked for. */
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import type { ClaudeSettings } from '../config.ts';

/** Signs with the credentials it is given, else with those of the function's own role; it makes no request by itself. */
export function openBedrock({
  baseUrl,
  credentials,
}: Pick<ClaudeSettings, 'baseUrl' | 'credentials'>): AnthropicBedrock {
  // Its own log prints what it cannot parse, which is message text.
  const options = { logLevel: 'off' as const, ...(baseUrl ? { baseURL: baseUrl } : {}) };
  if (!credentials) return new AnthropicBedrock(options);
  const { region, accessKeyId, secretAccessKey, sessionToken = null } = credentials;
  const keys = { awsAccessKey: accessKeyId, awsSecretKey: secretAccessKey, awsSessionToken: sessionToken };
  return new AnthropicBedrock({ ...options, awsRegion: region, ...keys });
}
