/** The terminal: lines in, answers out, and Ctrl-C. */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import { clean } from '../../lib/text/clean.ts';
import { type Client, NoAnswer, type Source } from './client.ts';
import { HELP, showCost, showHistory, showSource } from './commands.ts';

export interface TerminalOptions {
  client: Client;
  /** A new one when none is named. */
  session: string | undefined;
}

/** As shells tell that Ctrl-C ended a program. */
const INTERRUPTED = 130;

/** Asks once; gives the exit code. */
export async function askOnce({ client, session }: TerminalOptions, question: string): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  return answer(client, session ?? newSession(), question, stop.signal);
}

/** Reads messages and commands until the input ends; gives the exit code, 1 when any message got no answer. */
export async function converse({ client, session: named }: TerminalOptions): Promise<number> {
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  let session = named ?? newSession();
  let answering: AbortController | undefined;
  let isWarned = false;
  let exitCode = 0;

  const lines = createInterface({ input: stdin, terminal: isTerminal, ...(isTerminal ? { output: stdout } : {}) });
  const note = (text: string) => stdout.write(`${text}\n`);
  const prompt = () => {
    if (isTerminal) lines.prompt();
  };
  const interrupt = () => {
    const isSecond = isWarned;
    isWarned = true;
    if (isSecond) {
      exitCode = INTERRUPTED;
      answering?.abort();
      lines.close();
    } else if (answering) answering.abort();
    else if (isTerminal) {
      note(dim('\nCtrl-C again quits.'));
      prompt();
    } else lines.close();
  };
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);
  lines.setPrompt('> ');
  if (isTerminal) note(dim(`Session ${session}. Ctrl-C stops an answer. ${HELP}`));

  const commands = new Map<string, () => Promise<void> | void>(
    Object.entries({
      '/new': () => {
        session = newSession();
        note(dim(`Session ${session}.`));
      },
      '/history': async () => void note(showHistory(await client.history(session))),
      '/cost': async () => void note(showCost(await client.history(session))),
      '/help': () => void note(HELP),
      '/quit': () => lines.close(),
    }),
  );

  prompt();
  for await (const line of lines) {
    if (exitCode === INTERRUPTED) break;
    isWarned = false;
    const text = line.trim();
    const command = commands.get(text);
    if (command) exitCode = Math.max(exitCode, await tried(async () => command()));
    else if (/^\/[a-z]+$/.test(text)) note(HELP);
    else if (text !== '') {
      answering = new AbortController();
      const code = await answer(client, session, text, answering.signal);
      answering = undefined;
      exitCode = Math.max(exitCode, code === INTERRUPTED ? 0 : code);
    }
    if (text === '/quit') break;
    prompt();
  }
  return exitCode;
}

/** Shows the answer as it comes; gives an exit code. */
function answer(client: Client, session: string, message: string, signal: AbortSignal): Promise<number> {
  const { stdout } = process;
  let isInLine = false;
  const sources: Source[] = [];
  return tried(async () => {
    try {
      await client.say(session, message, {
        signal,
        // Whatever an answer holds, it must not steer the terminal.
        onText: (delta) => {
          isInLine = true;
          stdout.write(clean(delta));
        },
        onSource: (source) => {
          sources.push(source);
          stdout.write(` [${source.n}]`);
        },
        onTool: (name) => {
          if (stdout.isTTY) stdout.write(dim(`${isInLine ? '\n' : ''}[${clean(name)}]\n`));
        },
      });
    } finally {
      if (isInLine) stdout.write('\n');
      for (const source of sources) stdout.write(`${dim(showSource(source))}\n`);
    }
  }, signal);
}

async function tried(act: () => Promise<void>, signal?: AbortSignal): Promise<number> {
  try {
    await act();
    return 0;
  } catch (error) {
    if (signal?.aborted) {
      if (process.stdout.isTTY)
        process.stdout.write(dim('Stopped. What Claude still says of it will be in /history.\n'));
      return INTERRUPTED;
    }
    if (!(error instanceof NoAnswer)) throw error;
    process.stderr.write(`${clean(error.message)}\n`);
    return 1;
  }
}

function newSession(): string {
  return `terminal-${randomBytes(4).toString('hex')}`;
}

function dim(text: string): string {
  return styleText('dim', text, { stream: process.stdout });
}
