/** The embedded stack: its beginning and its end as the terminal sees them. */
import { inspect } from 'node:util';
import { BadSettings } from '../lib/errors.ts';
import { CannotStart } from './cannot-start.ts';
import { isPortInUse, portBlock, portInUse } from './ports.ts';
import { type StackOptions, startStack } from './stack.ts';

/** Longest time (ms) that an orderly end may take. */
const END_LIMIT_MS = 3000;

/** How often (ms) to look whether the shell that npm started is still there. */
const LOOK_MS = 200;

/** Starts the stack; what a developer can put right ends the process with one sentence and exit code 1. */
export async function run(options: Omit<StackOptions, 'onEnd' | 'onFailure'>): Promise<void> {
  const ends: (() => unknown)[] = [];
  let isEnding = false;

  async function end(exitCode: number) {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(exitCode), END_LIMIT_MS);
    // Newest first: whoever uses something ends before it.
    for (const stop of ends.toReversed()) await Promise.resolve(stop()).catch(() => {});
    process.exit(exitCode);
  }

  async function giveUp(error: unknown) {
    const cause = isPortInUse(error) ? portInUse(error.port, portBlock(process.env.PORT).http) : error;
    const isPlain = cause instanceof CannotStart || cause instanceof BadSettings;
    process.stderr.write(`${isPlain ? cause.message : inspect(cause)}\n`);
    await end(1);
  }

  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(0));
  if (process.env.npm_lifecycle_event) onOrphaned(() => void end(0));
  try {
    await startStack({ ...options, onEnd: (stop) => ends.push(stop), onFailure: giveUp });
  } catch (error) {
    await giveUp(error);
  }
}

/** A SIGTERM to npm ends npm and the shell it runs scripts in, but never gets here. */
function onOrphaned(act: () => void) {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    act();
  }, LOOK_MS);
  look.unref();
}
