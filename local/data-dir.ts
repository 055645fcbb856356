/** The embedded stack: a folder of DATA_DIR belongs to one stack at a time. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CannotStart } from './cannot-start.ts';

/**
 * Makes the folder and takes it; the function given back lets it go. Throws `CannotStart` where another stack has it. The lock
 * is one of the operating system, on a file in the folder: it ends with the process that holds it, however that ends.
 */
export function claimDataDir(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const lock = new DatabaseSync(path.join(folder, 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && error.message === 'database is locked')) throw error;
    throw new CannotStart(
      `Another stack keeps its data in ${folder}: end it, or give this one a folder of its own (DATA_DIR=${folder}-2 npm start).`,
    );
  }
  return () => lock.close();
}
