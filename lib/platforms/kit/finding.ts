/** Room of what all platforms share: what an operator is told, as `npm run doctor` prints it. Pure. */

export interface Finding {
  /** `off` is nothing wrong: something is not set up, or could not be looked at. */
  mark: 'ok' | 'off' | 'wrong';
  what: string;
  /** What to do about it. */
  todo?: string;
}

export const ok = (what: string): Finding => ({ mark: 'ok', what });
export const off = (what: string, todo?: string): Finding => ({ mark: 'off', what, ...(todo ? { todo } : {}) });
export const wrong = (what: string, todo: string): Finding => ({ mark: 'wrong', what, todo });
