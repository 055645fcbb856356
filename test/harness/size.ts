/** How much of the same a run does. */
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    size: Size;
  }
}

/** `sample`: `npm test`, in four minutes. `all`: `npm run test:all`, what a change must pass. `proof`: `npm run proof`, for the night. */
export type Size = 'sample' | 'all' | 'proof';

/** The figure for this run: how many seeds, conversations, runs of a property. */
export function sized<T>(figures: Readonly<Record<Size, T>>): T {
  return figures[inject('size')];
}
