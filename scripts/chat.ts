/** `npm run chat`: talks to Claude through /chat of a running stack, or of a deployed one. */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { groups } from '../lib/config.ts';
import { readWritten } from '../local/env-file.ts';
import { openClient } from './chat/client.ts';
import { askOnce, converse } from './chat/terminal.ts';

const USAGE = `npm run chat -- [options]
  --url      where it runs, with or without /chat at the end (http://localhost:3001, or one more than PORT)
  --key      an access key; unset: the first of CHAT_ACCESS_KEYS
  --session  the session to go on with; unset: a new one
  --once     asks this one question ("-": what comes in through the pipe), prints the answer and ends
`;

const options = {
  url: { type: 'string' },
  key: { type: 'string' },
  session: { type: 'string' },
  once: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

// Whoever reads along may leave early, as `head` does.
process.stdout.on('error', () => process.exit(0));
process.exitCode = await main();

async function main(): Promise<number> {
  const given = read();
  if (typeof given === 'string') {
    process.stderr.write(`${given}\n${USAGE}`);
    return 2;
  }
  if (given.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { env } = readWritten(process.env);
  const url = (given.url ?? `http://localhost:${Number(env.PORT || 3000) + 1}`)
    .replace(/\/+$/, '')
    .replace(/\/chat$/, '');
  const key = given.key ?? groups.chat(env, [])?.accessKeys?.[0]?.key;
  const terminal = { client: openClient({ url, key }), session: given.session };
  if (given.once === undefined) return converse(terminal);
  return askOnce(terminal, given.once === '-' ? (await text(process.stdin)).trim() : given.once);
}

/** The options, or what is wrong with them. */
function read() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
