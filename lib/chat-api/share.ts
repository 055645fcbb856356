/** The Chat API server: what a request and a stream in one process share sooner than by way of the table. Everything works without it. */
import type { Entry } from '../store/chat-api/signals.ts';

export interface Share {
  /** Tells the streams of this process at once. */
  tell(key: string, entry: Entry): void;
  /** Gives the function that ends it. */
  hear(key: string, listener: (entry: Entry) => void): () => void;
  /** Lets the writers of one conversation take turns instead of racing for its next number. */
  inTurn<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** What the requests of one process share: who listens to which conversation, and whose turn it is to write. */
export function openShare(): Share {
  const listeners = new Map<string, Set<(entry: Entry) => void>>();
  const lines = new Map<string, Promise<unknown>>();
  return {
    tell: (key, entry) => {
      for (const listener of listeners.get(key) ?? []) listener(entry);
    },
    hear: (key, listener) => {
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
    inTurn: async (key, work) => {
      const before = lines.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      lines.set(key, mine);
      try {
        return await mine;
      } finally {
        if (lines.get(key) === mine) lines.delete(key);
      }
    },
  };
}

/** Everything goes by way of the table. */
export const noShare: Share = {
  tell: () => {},
  hear: () => () => {},
  inTurn: (_key, work) => work(),
};
