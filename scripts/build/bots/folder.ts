/** The build of bots: where they are. */
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

type Env = Readonly<Record<string, string | undefined>>;

/** What .env says of the bots, and of who is asked, counts for everything that this process builds and loads from now on. */
export function useBotsOf(env: Env): void {
  for (const name of ['BOTS_DIR', 'KNOWLEDGE_INLINE_TOKENS', 'CLAUDE_PROVIDER'])
    if (env[name] !== undefined) process.env[name] = env[name];
}

/** BOTS_DIR, which may lie outside of this repository, as an absolute path; the shipped `bots` without it. */
export function botsFolder({ BOTS_DIR }: Env): string {
  return path.resolve(root, BOTS_DIR?.trim() || 'bots');
}
