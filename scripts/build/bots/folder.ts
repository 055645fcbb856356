/** The build of bots: where they are. */
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

type Env = Readonly<Record<string, string | undefined>>;

/** What .env says of BOTS_DIR counts for everything that this process builds and loads from now on. */
export function useBotsOf({ BOTS_DIR }: Env): void {
  if (BOTS_DIR !== undefined) process.env.BOTS_DIR = BOTS_DIR;
}

/** BOTS_DIR, which may lie outside of this repository, as an absolute path; the shipped `bots` without it. */
export function botsFolder({ BOTS_DIR }: Env): string {
  return path.resolve(root, BOTS_DIR?.trim() || 'bots');
}
