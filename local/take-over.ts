/** The embedded stack: puts what was built anew in the place of what runs, function by function, and only where it differs. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
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
  build(): Promise<BotsView['all']>;
}

/** Gives what builds, and renews the processes of the functions whose bundle is another one than before. */
export function openTakeOver({
  root,
  functions,
  consumers,
  streams,
  build,
}: TakeOverOptions): () => Promise<BotsView['all']> {
  const read = () => new Map(functions.map(({ key, definition }) => [key, digestOf(root, definition.handler)]));
  let running = read();
  return async () => {
    const all = await build();
    const built = read();
    const changed = [...built].flatMap(([key, digest]) => (running.get(key) === digest ? [] : key));
    running = built;
    await Promise.all([
      ...consumers.filter(({ name }) => changed.includes(name)).map((consumer) => consumer.renew()),
      streams?.renew(changed),
    ]);
    return all;
  };
}

/** Of the bundle that a handler lies in, and of what the bots know, which lies beside it. */
function digestOf(root: string, handler: string): string {
  const file = `${path.resolve(root, handler.slice(0, handler.lastIndexOf('.')))}.mjs`;
  const knowledge = path.join(path.dirname(file), 'knowledge');
  const beside = existsSync(knowledge) ? readdirSync(knowledge).map((name) => path.join(knowledge, name)) : [];
  const digest = createHash('sha256');
  for (const one of [file, ...beside.sort()]) digest.update(readFileSync(one));
  return digest.digest('hex');
}
