/** What Claude remembers and what that costs, by strategy: the real rooms on a real table, against the offline Claude's prompt cache. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSWERING, openAnswering } from '../../lib/app/answering.ts';
import { readSettings } from '../../lib/config.ts';
import { remember } from '../../lib/turn/remember.ts';
import { takeTurn } from '../../lib/turn/turn.ts';
import type { Sent } from '../../lib/types.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { sent } from '../harness/hand-made.ts';
import { makeTable } from '../harness/tables.ts';

const ANSWER = 'A sentence of an ordinary answer. '.repeat(30);
const QUESTION = 'Something that a user might want to know. '.repeat(5);
const BUDGET = 12_000;

const claude = createClaude();
let server: Awaited<ReturnType<typeof serve>>;
let table: string;
let conversations = 0;

beforeAll(async () => {
  server = await serve({ claude: claude.handle });
  table = await makeTable();
});
afterAll(() => server.close());

type Strategy = 'tokens' | 'messages' | 'summary';

/** A conversation of its own; each saying gives the usage that the provider counted. */
function converse(strategy: Strategy | 'unbounded') {
  claude.reset();
  const bounded = { HISTORY_STRATEGY: strategy, HISTORY_TOKEN_BUDGET: String(BUDGET) };
  const unbounded = { HISTORY_STRATEGY: 'tokens', HISTORY_TOKEN_BUDGET: '900000' };
  const settings = readSettings(
    {
      TABLE_NAME: table,
      TURNS_QUEUE_URL: 'none',
      ANTHROPIC_API_KEY: 'offline',
      ANTHROPIC_BASE_URL: `${server.url}/claude`,
      USER_MESSAGES_PER_MINUTE: '0',
      USER_USD_PER_DAY: '0',
      TOTAL_USD_PER_DAY: '0',
      ...(strategy === 'unbounded' ? unbounded : bounded),
    },
    ANSWERING,
  );
  const deps = {
    ...openAnswering(settings),
    platform: () => ({ deliver: async () => [] }),
    log: () => {},
  };
  const conversation = `memory-${++conversations}`;
  let n = 0;
  return async (text: string) => {
    const head = sent('talkjs', conversation, text, ++n) as Sent;
    const taken = await takeTurn(deps, { burst: [head], generation: 0, attempts: 1, remainingMs: () => 60_000 });
    await remember(deps, { head, turn: taken.turn, before: taken.before, remainingMs: 60_000 });
    const { reply } = taken.turn;
    if (!reply?.usage) throw new Error('nothing was answered');
    const { inputTokens, cacheReadTokens, cacheWriteTokens } = reply.usage;
    return { text: reply.text, prompt: inputTokens + cacheReadTokens + cacheWriteTokens, cached: cacheReadTokens };
  };
}

describe('the prompt cache', () => {
  it('hits where the beginning of the prompt stays the same, and the window stays bounded', {
    timeout: 300_000,
  }, async () => {
    const rows: { strategy: string; hitRate30: number; hitRate100: number; promptTokensAt100: number }[] = [];
    for (const strategy of ['tokens', 'messages', 'summary', 'unbounded'] as const) {
      const say = converse(strategy);
      claude.script({ text: ANSWER, match: 'user might want', times: 'forever' });
      const turns: { prompt: number; cached: number }[] = [];
      for (let turn = 1; turn <= 100; turn++) turns.push(await say(`${turn}. ${QUESTION}`));
      const first30 = turns.slice(0, 30);
      const sum = (of: typeof turns, what: 'prompt' | 'cached') => of.reduce((total, turn) => total + turn[what], 0);
      rows.push({
        strategy,
        hitRate30: Math.round((100 * sum(first30, 'cached')) / sum(first30, 'prompt')),
        hitRate100: Math.round((100 * sum(turns, 'cached')) / sum(turns, 'prompt')),
        promptTokensAt100: turns.at(-1)?.prompt ?? 0,
      });
    }

    console.table(rows);
    const of = (strategy: string) => rows.find((row) => row.strategy === strategy) ?? rows[0];
    expect(of('tokens')?.hitRate30).toBeGreaterThan(85);
    expect(of('summary')?.hitRate30).toBeGreaterThan(80);
    expect(of('messages')?.hitRate100).toBeLessThan(of('tokens')?.hitRate100 ?? 0);
    for (const strategy of ['tokens', 'messages', 'summary']) {
      expect(of(strategy)?.promptTokensAt100).toBeLessThan((of('unbounded')?.promptTokensAt100 ?? 0) / 3);
    }
  });
});

describe('the rolling summary', () => {
  it('tells what has left the window, and the window alone serves when it cannot be had', async () => {
    const say = converse('summary');
    claude.script({ text: '## Facts\n- The code word is mistletoe.', match: '<transcript>', times: 1 });
    claude.script({ status: 401, match: '<transcript>', times: 'forever' });
    claude.script({ text: ANSWER, match: 'user might want', times: 'forever' });
    for (let turn = 1; turn <= 60; turn++) await say(`${turn}. ${QUESTION}`);

    await say('What do you remember?');

    const asked = claude.requests.filter(({ body }) => JSON.stringify(body).includes('What do you remember?'));
    const { messages } = (asked[0]?.body ?? {}) as { messages?: { content: { text: string }[] }[] };
    expect(messages?.[0]?.content[0]?.text).toContain('The code word is mistletoe.');
  });
});
