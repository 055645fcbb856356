/** Other programs, run in the terminal at hand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** `npm run` has node_modules/.bin in the path, with the Node that is meant. Gives the exit code. */
export async function runProgram(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}
