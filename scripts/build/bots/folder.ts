/** The build of bots: where they are. */
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** BOTS_DIR, which may lie outside of this repository, as an absolute path; the shipped `bots` without it. */
export function botsFolder({ BOTS_DIR }: Readonly<Record<string, string | undefined>>): string {
  return path.resolve(root, BOTS_DIR?.trim() || 'bots');
}
