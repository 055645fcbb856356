/** The build's reading of documents: a bot's knowledge folder → chunks, and a word on each file that is not among them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Chunk } from '../../../lib/knowledge/chunk.ts';
import { toChunks } from './chunks.ts';
import { readDocument } from './document.ts';
import { Unreadable } from './unreadable.ts';

export interface ReadFile {
  file: string;
  chunks: number;
  /** Why it is not served. */
  problem?: string;
}

export interface ReadFolder {
  chunks: Chunk[];
  files: ReadFile[];
}

/** Beyond it a container has no room for the index; a service of its own is the better place then. */
const MAX_CHUNKS = 20_000;
/** A book of some 2,000 pages has as much text; a PDF is mostly pictures. */
const MAX_BYTES = 20_000_000;

/**
 * Nothing where there is no such folder. Files in the order of their names, so that the same folder gives the same bytes; those whose
 * name begins with a dot, or has no ending, are no documents. `baseUrl` is where the folder is published.
 */
export async function readFolder(folder: string, baseUrl?: string): Promise<ReadFolder> {
  const chunks: Chunk[] = [];
  const files: ReadFile[] = [];
  for (const file of filesIn(folder)) {
    const read = await readChunks(folder, file, baseUrl);
    if (read === undefined) continue;
    if ('problem' in read) files.push({ file, chunks: 0, problem: read.problem });
    else if (chunks.length + read.chunks.length > MAX_CHUNKS)
      files.push({ file, chunks: 0, problem: `over ${MAX_CHUNKS} chunks in all` });
    else {
      files.push({ file, chunks: read.chunks.length });
      chunks.push(...read.chunks);
    }
  }
  return { chunks, files };
}

/** `undefined` for a document that asks to be left out. */
async function readChunks(
  folder: string,
  file: string,
  baseUrl: string | undefined,
): Promise<{ chunks: Chunk[] } | { problem: string } | undefined> {
  const place = path.join(folder, file);
  if (statSync(place).size > MAX_BYTES) return { problem: `over ${MAX_BYTES / 1_000_000} MB` };
  try {
    const document = await readDocument(file, readFileSync(place), baseUrl);
    return document && { chunks: toChunks(document) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    return { problem: `cannot be read (${error instanceof Error ? error.name : 'unknown error'})` };
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && path.extname(entry.name) !== '')
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)).split(path.sep).join('/'))
    .filter((file) => !file.split('/').some((part) => part.startsWith('.')))
    .sort((a, b) => (a < b ? -1 : 1));
}
