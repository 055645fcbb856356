/** The embedded stack: what is saved in the bots' folder is taken over while everything runs. A broken one changes nothing but what is said. */
import { watch } from 'node:fs';
import { BadSettings } from '../lib/errors.ts';
import type { Print } from './kept-process.ts';
import type { BotsView } from './status.ts';
import type { TakeOver } from './take-over.ts';

export interface ReloadOptions {
  /** Of the bots. */
  folder: string;
  /**
   * Builds them, puts what was built in the place of what runs, and says who they are; throws for what cannot be built. It is told what
   * changed since it last worked, below the folder; nothing where that is not known.
   */
  take: TakeOver;
  /** Who they are now. */
  all: BotsView['all'];
  print: Print;
}

export interface Reload {
  view(): BotsView;
  stop(): void;
}

/** An editor writes a file in several steps (ms). */
const SETTLED_MS = 60;

const MOST_NAMES = 3;

/** For a line: which files, below the folder, as far as that is known. */
function namesOf(files: readonly string[] = []): string {
  const names = [...new Set(files)];
  if (names.length === 0) return 'all';
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** One take-over at a time; what is saved meanwhile is taken over after it. */
export function reloadBots({ folder, take, all: first, print }: ReloadOptions): Reload {
  let all = first;
  let problem: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let changed: string[] | undefined = [];
  let isTaking = false;
  let isStale = false;

  async function run(): Promise<void> {
    if (isTaking) {
      isStale = true;
      return;
    }
    isTaking = true;
    const startedAt = Date.now();
    const taken = changed;
    changed = [];
    try {
      all = await take(taken);
      problem = undefined;
      print(`bots │ ${namesOf(taken)} taken over in ${Date.now() - startedAt} ms`);
    } catch (error) {
      changed = taken && changed && [...taken, ...changed];
      problem = describe(error);
      print(`bots │ not taken over, the last good ones go on answering: ${problem}`);
    }
    isTaking = false;
    if (isStale) {
      isStale = false;
      await run();
    }
  }

  const watcher = watch(folder, { recursive: true }, (_, file) => {
    // Editors' own, beside what is edited.
    if (file && /(^|[\\/])\.|~$|\.(swp|tmp)$/.test(file)) return;
    changed = file === null ? undefined : changed && [...changed, file];
    clearTimeout(timer);
    timer = setTimeout(() => void run(), SETTLED_MS);
  });
  watcher.on('error', (error) => print(`bots │ changes are no longer seen: ${describe(error)}`));
  return {
    view: () => (problem === undefined ? { all } : { all, problem }),
    stop: () => {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

function describe(error: unknown): string {
  if (error instanceof BadSettings) return error.problems.join('; ');
  return error instanceof Error ? error.message : String(error);
}
