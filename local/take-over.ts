/** The embedded stack: puts what was built anew in the place of what runs, function by function, and only where it differs. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WORDS_FILE } from '../scripts/build/bots/plugin.mjs';
import type { Consumer } from './consumers/poll.ts';
import type { NamedFunction } from './service.ts';
import type { BotsView } from './status.ts';
import type { Streams } from './streaming/server.ts';

export interface TakeOverOptions {
  /** Of the repository, from which the handlers of the functions start. */
  root: string;
  functions: readonly NamedFunction[];
  consumers: readonly Consumer[];
  streams: Streams | undefined;
  /** Throws for what cannot be built, and then has changed no file. */
  build: TakeOver;
}

/** What changed below the bots' folder, where that is known → who the bots are. */
export type TakeOver = (changed?: readonly string[]) => Promise<BotsView['all']>;

/** Gives what builds, and renews the processes of the functions whose bundle is another one than before. */
export function openTakeOver({ root, functions, consumers, streams, build }: TakeOverOptions): TakeOver {
  const read = () => new Map(functions.map(({ key, definition }) => [key, digestOf(root, definition.handler)]));
  let running = read();
  return async (changed) => {
    const all = await build(changed);
    const built = read();
    const renewed = [...built].flatMap(([key, digest]) => (running.get(key) === digest ? [] : key));
    running = built;
    await Promise.all([
      ...consumers.filter(({ name }) => renewed.includes(name)).map((consumer) => consumer.renew()),
      streams?.renew(renewed),
    ]);
    return all;
  };
}

/** Of the bundle that a handler lies in and, if it is one of those that answer, of what the bots say and know, which lies beside it. */
function digestOf(root: string, handler: string): string {
  const file = `${path.resolve(root, handler.slice(0, handler.lastIndexOf('.')))}.mjs`;
  const bundle = readFileSync(file);
  const digest = createHash('sha256').update(bundle);
  if (bundle.includes(WORDS_FILE)) for (const one of besides(path.dirname(file))) digest.update(readFileSync(one));
  return digest.digest('hex');
}

function besides(folder: string): string[] {
  const knowledge = path.join(folder, 'knowledge');
  const names = existsSync(knowledge) ? readdirSync(knowledge).sort() : [];
  return [path.join(folder, WORDS_FILE), ...names.map((name) => path.join(knowledge, name))];
}
