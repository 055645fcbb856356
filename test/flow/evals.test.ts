/** `npm run eval` and what it judges by, as a process of its own against a Claude that says what it is told to. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { serve } from '../../local/stand-ins/serve.ts';

const root = path.resolve(import.meta.dirname, '../..');
const claude = createClaude();
let server: Awaited<ReturnType<typeof serve>>;
let folder: string;

beforeAll(async () => {
  server = await serve({ claude: claude.handle });
  folder = mkdtempSync(path.join(tmpdir(), 'bots-'));
  cpSync(path.join(root, 'test/fixtures/bots-knowing'), folder, { recursive: true });
  for (const name of ['cases', 'tools']) mkdirSync(path.join(folder, 'default', name));
  writeFileSync(path.join(folder, 'default/bot.md'), '---\ncontext: [user.locale]\n---\nYou answer for a shop.\n');
  writeFileSync(path.join(folder, 'default/tools/cancel.ts'), CANCEL);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});
beforeEach(() => claude.reset());

const CANCEL = `import { defineTool } from '#tool';
import * as z from 'zod/mini';

export default defineTool({
  name: 'cancel_order',
  description: 'Cancels an order.',
  effect: 'once',
  input: z.strictObject({ order: z.string(), reason: z.optional(z.string()) }),
  confirm: ({ order }) => \`Shall I cancel \${order}?\`,
  run: () => {
    throw new Error('it was really run');
  },
});
`;

/** Claude is a real one, as far as the command knows; `offline` without a key. */
async function evaluate(cases: string, args: string[] = [], { isOffline = false } = {}) {
  writeFileSync(path.join(folder, 'default/cases/cases.yaml'), cases);
  const claudeSettings = { ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: `${server.url}/claude` };
  const env = { PATH: process.env.PATH, BOTS_DIR: folder, ANTHROPIC_API_KEY: '', ...(isOffline ? {} : claudeSettings) };
  const { code, text } = await promisify(execFile)(process.execPath, ['scripts/eval.ts', ...args], {
    cwd: root,
    env,
  }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stdout, stderr }) => ({ code, text: stdout + stderr }),
  );
  return { code: Number(code), text: String(text) };
}

describe('npm run eval', () => {
  it('holds the conversation as a deployed bot would: history, context, documents, and a question before what acts', async () => {
    claude.script(
      { tools: [{ name: 'cancel_order', input: { order: 'A-1', reason: 'late' } }] },
      { text: 'It is cancelled.' },
    );

    const { code, text } = await evaluate(`
- name: cancels after a yes
  context: { user.locale: en-GB }
  history: [{ user: Hello }, { bot: Hi! }, { team: I look into it. }]
  tools: { cancel_order: { refund: 12 } }
  turns:
    - user: Cancel my order A-1.
      expect: [{ calls: { name: cancel_order, input: { order: A-1 } }, contains: Shall I cancel A-1? }]
    - user: yes
      expect: [{ contains: cancelled, maxWords: 4, maxUsd: 1 }]
`);

    expect(text).toMatch(/cancels after a yes +claude-haiku-5-5 +1\/1/);
    expect(code).toBe(0);
    const asked = JSON.stringify(claude.requests.map(({ body }) => body));
    expect(asked).toMatch(/refund[\\"]+:12/);
    for (const words of ['A refund is paid', 'of the team]: I look into it.', 'en-GB']) expect(asked).toContain(words);
  });

  it('fails with what is wrong with which answer, and never runs what acts', async () => {
    claude.script(
      { tools: [{ name: 'cancel_order', input: { order: 'A-1' } }] },
      { text: 'Das wurde leider nicht gemacht, und das ist schade.' },
    );

    const { code, text } = await evaluate(`
- name: is wrong in every way
  turns:
    - user: Cancel it.
    - user: yes
      expect:
        - { contains: done, notContains: [schade], matches: '^x', cites: refunds.md, calls: look_up, language: en }
        - { maxWords: 2, maxUsd: 0.0000001 }
`);

    expect(code).toBe(1);
    for (const problem of [
      'needs what cancel_order gives',
      'does not contain "done"',
      'contains "schade"',
      'does not match /^x/',
      'does not cite refunds.md, but nothing',
      'does not call look_up, but cancel_order',
      'is in de, not in en',
      'has 9 words, more than 2',
      'more than $1e-7',
    ])
      expect(text).toContain(problem);
    expect(text).not.toContain('really run');
  });

  it('asks Claude three times where a criterion is in words, and the majority counts', async () => {
    claude.script(
      { text: 'We have no hotline.' },
      { text: 'It is polite.\nPASS' },
      { text: 'It is not.\nFAIL' },
      { text: 'It is polite.\nPASS' },
    );
    const cases = '- name: polite\n  turns: [{ user: Hotline?, expect: [{ judge: It is polite. }] }]\n';

    const judged = await evaluate(cases);
    claude.script({ text: 'No.' }, { text: 'Rude.\nFAIL' }, { text: 'Rude.\nFAIL' }, { text: 'PASS' });
    const refused = await evaluate(cases);
    const skipped = await evaluate(cases, [], { isOffline: true });

    expect([judged.code, refused.code, skipped.code]).toEqual([0, 1, 0]);
    expect(refused.text).toContain('is not “It is polite.”: Rude.');
    expect(skipped.text).toContain('NOT JUDGED, which needs ANTHROPIC_API_KEY: `judge` of 1 expectation.');
    expect(claude.requests).toHaveLength(8);
  });

  it('tells what came of the runs also where nobody can judge', async () => {
    claude.script({ text: 'No.' }, { status: 401, times: 3 });

    const { code, text } = await evaluate(
      '- name: polite\n  turns: [{ user: Hotline?, expect: [{ judge: It is polite. }] }]\n',
    );

    expect(code).toBe(1);
    expect(text).toContain('is not “It is polite.”: it could not be judged: 401');
    expect(text).toMatch(/polite +\S+ +0\/1[\s\S]*0 % of the runs passed/);
  });

  it('tries other models and another prompt, repeats, and tells all of it as JSON', async () => {
    const prompt = path.join(folder, 'other.md');
    writeFileSync(prompt, 'You are another one.');
    const cases = `
- name: knows the refund
  turns: [{ user: How long does a refund take?, expect: [{ contains: 14 days, cites: refunds.md }] }]
- name: cannot pass
  turns: [{ user: Hello, expect: [{ contains: never said }] }]
`;
    const args = ['--model', 'claude-haiku-5-5', '--model', 'claude-sonnet-5-5', '--prompt', prompt, '--repeat', '2'];

    const all = await evaluate(cases, [...args, '--json', '--threshold', '0.5']);
    const one = await evaluate(cases, ['--case', 'REFUND']);

    const { passRate, isOffline, cases: results } = JSON.parse(all.text);
    expect({ code: all.code, passRate, isOffline }).toEqual({ code: 0, passRate: 0.5, isOffline: false });
    expect(results).toHaveLength(4);
    expect(results[2]).toMatchObject({ case: 'knows the refund', model: 'claude-sonnet-5-5', runs: 2, passed: 2 });
    expect(results[1].failures).toMatchObject([
      { run: 1, turn: 1, problem: 'does not contain "never said"' },
      { run: 2 },
    ]);
    expect(JSON.stringify(claude.requests[0]?.body)).toContain('You are another one.');
    expect(one.code).toBe(0);
    expect(one.text).not.toContain('cannot pass');
  });

  it('says in one error what is wrong in which line of which file', async () => {
    const { code, text } = await evaluate(`- name: a
  contxt: {}
  turns:
    - user: hi
      expect:
        - contain: x
        - matches: "("
- name: a
  context: { user.name: Bob }
  history: [{ bot: Hi }]
  turns: [{ user: hi }]
- name: b
  history: [{ user: Hi }, { team: I am here. }, { bot: Hello }]
  turns: [{ user: hi, expect: [{ contains: x }] }]
`);
    const unreadable = await evaluate('- name: [');
    const twice = await evaluate('- &one\n  name: a\n  turns: [{ user: hi, expect: [{ contains: x }] }]\n- *one\n');
    const unknown = await evaluate('- name: a\n  turns: [{ user: hi, expect: [{ contains: x }] }]\n', ['--bott', 'x']);

    const lines = text.split('\n').map((line) => /cases\.yaml:(\d+): (.*)/.exec(line)?.slice(1));
    expect(code).toBe(1);
    expect(lines).toEqual(
      expect.arrayContaining([
        ['2', 'contxt is no key of a case'],
        ['6', 'contain is no key of turns.expect'],
        ['7', 'turns.expect.matches: must be a regular expression'],
        ['10', 'history: must begin with what a user or the team says'],
        ['13', 'history: must have what the bot says behind what a user says, not behind the team'],
        ['11', 'turns: expects nothing: give a turn something to expect'],
      ]),
    );
    expect(unreadable.text).toMatch(/cases\.yaml:\d+: /);
    expect(unknown.text).toContain('npm run eval');
    expect(twice.text).toMatch(/cases\.yaml:\d+: another case of this bot is named "a"/);
    expect([unreadable.code, twice.code, unknown.code]).toEqual([1, 1, 1]);
  });
});

it('the shipped bot handles its five cases with the offline Claude', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/eval.ts', '--json'], {
    cwd: root,
    env: { PATH: process.env.PATH, ANTHROPIC_API_KEY: '' },
  });

  const { passRate, cases } = JSON.parse(stdout);
  expect(cases).toHaveLength(5);
  expect(passRate).toBe(1);
});
