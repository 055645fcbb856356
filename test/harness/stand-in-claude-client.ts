/** The offline Claude behind a real server, with the real SDK in front of it. */
import Anthropic from '@anthropic-ai/sdk';
import type { Message } from '@anthropic-ai/sdk/resources/messages/messages';
import { type ClaudeOptions, createClaude } from '../../local/stand-ins/claude.ts';
import { serve } from '../../local/stand-ins/serve.ts';

export const model = 'claude-haiku-5-5';

/** Opens both; `close` ends the server. */
export async function open(options: ClaudeOptions = {}) {
  const claude = createClaude(options);
  const { url, close } = await serve({ claude: claude.handle });
  const client = new Anthropic({ apiKey: 'sk-test', baseURL: `${url}/claude`, maxRetries: 0, logLevel: 'off' });
  return { claude, client, url: `${url}/claude`, close };
}

/** The words of an answer. */
export function textOf({ content }: Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

/** What a promise was rejected with; fails when it was not. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it succeeded');
}
