/** The terminal chat as a process of its own, in front of the door. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChatWorld, openChatWorld } from '../harness/chat-world.ts';
import { patience } from '../harness/patience.ts';

const script = path.resolve(import.meta.dirname, '../../scripts/chat.ts');

let world: ChatWorld;
let count = 0;
const newSession = () => `terminal-test-${++count}`;

beforeAll(async () => {
  world = await openChatWorld({ CHAT_ACCESS_KEYS: 'the-key,another-key' });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

function start(...args: string[]): ChildProcessWithoutNullStreams {
  const env = { ...process.env, CHAT_ACCESS_KEYS: 'the-key', PORT: '' };
  return spawn(process.execPath, [script, '--url', world.url, ...args], { env });
}

async function ended(child: ChildProcessWithoutNullStreams, input = '') {
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  child.stdin.end(input);
  const [stdout, stderr] = await output;
  return { stdout, stderr, exitCode: child.exitCode };
}

const heard = (child: ChildProcessWithoutNullStreams) => once(child.stdout, 'data');
const key = { authorization: 'Bearer the-key' };

describe('--once', () => {
  it('prints the answer and nothing else', async () => {
    const session = newSession();

    const { stdout, stderr, exitCode } = await ended(start('--session', session, '--once', 'Hello, my name is Ada.'));

    const [, answer] = await world.transcript(session, key);
    expect([stdout, stderr, exitCode]).toEqual([`${answer?.text}\n`, '', 0]);
  });

  it('takes the question from a pipe', async () => {
    const { stdout, exitCode } = await ended(start('--once', '-'), 'What is\nthis?\n');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('offline Claude');
    expect(JSON.stringify(world.claude.requests[0]?.body)).toContain('What is\\nthis?');
  });

  it('ends with an exit code and a reason when there is no answer', async () => {
    world.claude.script({ status: 401 });

    const failed = await ended(start('--once', 'Hello?'));
    const keyless = await ended(start('--key', 'wrong', '--once', 'Hello?'));
    const nobody = await ended(start('--url', 'http://127.0.0.1:9', '--once', 'Hello?'));
    const mistaken = await ended(start('--question', 'Hello?'));

    expect([failed, keyless, nobody, mistaken].map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 2]);
    expect([failed, keyless, nobody, mistaken].map(({ stdout }) => stdout)).toEqual(['', '', '', '']);
    expect(failed.stderr).toContain('Sorry');
    expect(keyless.stderr).toContain('access key');
    expect(nobody.stderr).toContain('http://127.0.0.1:9');
    expect(mistaken.stderr).toContain('--question');
  });

  it('keeps what came of an answer that broke off', async () => {
    world.claude.script({ text: 'Half of an answer.', breaks: { how: 'cut', after: 3 } });

    const { stdout, stderr, exitCode } = await ended(start('--once', 'Tell me.'));

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Half.*\n$/);
    expect(stderr).toContain('Sorry');
  });

  it('lets no answer steer the terminal', async () => {
    world.claude.script({ text: 'Look: \u001b[31mred\u001b[0m and \u009b2J gone.' });

    const { stdout } = await ended(start('--once', 'Show me.'));

    expect(stdout).toBe('Look: [31mred[0m and 2J gone.\n');
  });
});

describe('a conversation', () => {
  it('goes on from line to line, with its history and its costs', async () => {
    const session = newSession();

    const { stdout, exitCode } = await ended(
      start('--session', session),
      'Hello, my name is Ada.\n\nWhat is my name?\n/history\n/cost\n/quit\nnot heard\n',
    );

    const lines = await world.transcript(session, key);
    const [first, second] = lines.filter(({ role }) => role === 'assistant').map((line) => line.text);
    expect(exitCode).toBe(0);
    expect(second).toContain('Ada');
    expect(stdout).toContain(
      `${first}\n${second}\nyou: Hello, my name is Ada.\nclaude: ${first}\nyou: What is my name?`,
    );
    expect(stdout).toMatch(/2 answers, \d+ tokens read, \d+ written: \$0\.\d{6}\n$/);
    expect(lines).toHaveLength(4);
  });

  it('takes a number for the choice that has it, once', async () => {
    const session = newSession();
    const options = ['The red one', 'The blue one'];
    world.claude.script({ text: null, tools: [{ name: 'offer_choices', input: { question: 'Which one?', options } }] });

    const { stdout } = await ended(start('--session', session), 'Which?\n2\n2\n');

    expect(stdout).toContain('1. The red one\n2. The blue one');
    const lines = await world.transcript(session, key);
    expect(lines.filter(({ role }) => role === 'user').map((line) => line.text)).toEqual([
      'Which?',
      'The blue one',
      '2',
    ]);
  });

  it('begins anew with /new', async () => {
    const { stdout } = await ended(start(), 'My name is Mallory.\n/new\nWhat is my name?\n__proto__\n/what\n');

    const [, afterwards = ''] = stdout.split(/Session terminal-\w+/);
    expect(afterwards).not.toContain('Mallory');
    expect(afterwards).toContain('/quit');
    expect(world.claude.requests).toHaveLength(3);
  });

  it('goes on after a failure, and remembers it in its exit code', async () => {
    world.claude.script({ status: 401 });

    const { stdout, stderr, exitCode } = await ended(start(), 'First\nSecond\n');

    expect([exitCode, stdout.split('\n').length]).toEqual([1, 2]);
    expect(stderr).toContain('Sorry');
    expect(stdout).toContain('Second');
  });

  it('stops an answer at Ctrl-C, and goes on when its session is free', async () => {
    const session = newSession();
    world.claude.script({ text: 'A long answer, one word after the other, to its very end.', tokenMs: 30 });
    const child = start('--session', session);
    child.stdin.write('First\n');
    await heard(child);

    child.kill('SIGINT');
    const { stdout, exitCode } = await ended(child, 'Second\n');

    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('very end');
    expect(stdout).toContain('Second');
    expect((await world.transcript(session, key)).map(({ text: said }) => said)).toEqual([
      'First',
      expect.stringContaining('very end'),
      'Second',
      expect.stringContaining('Second'),
    ]);
    expect(world.claude.requests).toHaveLength(2);
  });

  it('quits at the second Ctrl-C', async () => {
    world.claude.script({
      text: 'A long answer, one word after the other, to its very end.',
      tokenMs: 30,
      times: 'forever',
    });
    const child = start();
    child.stdin.write('First\n');
    await heard(child);

    child.kill('SIGINT');
    await vi.waitFor(() => {
      child.kill('SIGINT');
      if (child.exitCode === null && child.signalCode === null) throw new Error('still there');
    }, patience);

    // A further Ctrl-C may meet it on its way out; a shell tells 130 of both.
    expect([130, 'SIGINT']).toContain(child.exitCode ?? child.signalCode);
  });
});
