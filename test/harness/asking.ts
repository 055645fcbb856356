/** Asks Claude in the bundle's one way: the real SDK over HTTP against a local server that misbehaves on demand. */
import type { ToolUnion } from '@anthropic-ai/sdk/resources/messages/messages';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type AskDeps, openAsk, openClaude } from '../../lib/claude/ask.ts';
import { type ModelCall, noTools, type Question } from '../../lib/claude/question.ts';
import { readSettings } from '../../lib/config.ts';
import type { StepToRun } from '../../lib/tools/toolbox.ts';
import type { Reply } from '../../lib/types.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { english } from './english.ts';

const calculator: ToolUnion = {
  name: 'calculator',
  description: 'Calculates',
  input_schema: { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] },
};

/** One tool, whose result is always the same. */
export const tools = {
  params: [calculator],
  run: async ({ calls }: StepToRun, { onTool }: Pick<Question, 'onTool'>) => {
    for (const { name } of calls) onTool?.(name);
    const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: '391' }));
    return { results, handsOver: false };
  },
  confirm: noTools.confirm,
};

export type Asked = Partial<Question> & { text?: string };

/** Who may ask the offline Claude as Bedrock. */
export const AWS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a secret of nobody' };

/** Who is asked in this file: test/flow/ask-bedrock.test.ts asks all of it of Bedrock. */
const provider = process.env.CLAUDE_PROVIDER === 'bedrock' ? 'bedrock' : 'anthropic';

/** To be called once in a test file; what it gives is empty again before each test. */
export function openAsking() {
  const claude = createClaude({ models: { 'claude-of-tomorrow': {} }, aws: AWS });
  const calls: ModelCall[] = [];
  const waits: number[] = [];
  const logged: [string, object][] = [];
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    server = await serve({ claude: claude.handle });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    claude.reset();
    for (const list of [calls, waits, logged]) list.length = 0;
  });

  function ask(question: Asked = {}, env: Record<string, string> = {}, deps: Partial<AskDeps> = {}): Promise<Reply> {
    const local = {
      ANTHROPIC_API_KEY: 'offline',
      ANTHROPIC_BASE_URL: `${server.url}/claude`,
      CLAUDE_PROVIDER: provider,
      ANTHROPIC_BEDROCK_BASE_URL: `${server.url}/claude`,
      BEDROCK_CREDENTIALS: JSON.stringify({ region: 'eu-central-1', ...AWS }),
    };
    const settings = { ...readSettings({ ...local, ...env }, ['claude']).claude, systemPrompt: 'Be brief.' };
    const run = openAsk({
      client: openClaude(settings),
      settings,
      tools: noTools,
      record: async (call) => void calls.push(call),
      now: Date.now,
      log: (event, fields = {}) => void logged.push([event, fields]),
      pause: async (ms) => waits.push(ms) > 0,
      silenceMs: 60_000,
      ...deps,
    });
    return run({
      messages: [{ role: 'user', content: question.text ?? 'Hello there' }],
      about: { platform: 'talkjs', conversation: 'c', messageId: 'm', createdAt: 1, speaker: { id: 'alice' } },
      speech: english,
      userId: 'opaque',
      signal: new AbortController().signal,
      ...question,
    });
  }

  /** The messages of the request that came as the `n`th. */
  function messagesOf(n: number): { role: string; content: Record<string, unknown>[] }[] {
    const { messages = [] } = (claude.requests[n]?.body ?? {}) as { messages?: ReturnType<typeof messagesOf> };
    return messages;
  }

  return { claude, calls, waits, logged, ask, messagesOf, url: () => `${server.url}/claude` };
}
