/** Room of attachments: what the files of all conversations of one process may hold of its memory, first come, first served. */

export interface BudgetLease {
  bytes: number;
  /** Gives back what is not needed, down to `bytes`. */
  shrink(bytes: number): void;
  end(): void;
}

export interface Budget {
  /** `undefined` when the signal ended the wait. A wish for more than there is at all gets all of it. */
  take(bytes: number, signal: AbortSignal): Promise<BudgetLease | undefined>;
}

/** One budget of `maxBytes` for a whole process; those who wait are served in the order in which they asked. */
export function openBudget(maxBytes: number): Budget {
  let held = 0;
  const waiting: { bytes: number; grant(): void }[] = [];

  function serve(): void {
    for (let next = waiting[0]; next && held + next.bytes <= maxBytes; next = waiting[0]) {
      waiting.shift();
      held += next.bytes;
      next.grant();
    }
  }

  function leaseOf(bytes: number): BudgetLease {
    const lease = {
      bytes,
      shrink(to: number) {
        held -= Math.max(lease.bytes - to, 0);
        lease.bytes = Math.min(lease.bytes, to);
        serve();
      },
      end: () => lease.shrink(0),
    };
    return lease;
  }

  return {
    take(wanted, signal) {
      const bytes = Math.min(wanted, maxBytes);
      return new Promise((resolve) => {
        if (signal.aborted) return resolve(undefined);
        const giveUp = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          resolve(undefined);
          serve();
        };
        const entry = {
          bytes,
          grant: () => {
            signal.removeEventListener('abort', giveUp);
            resolve(leaseOf(bytes));
          },
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push(entry);
        serve();
      });
    },
  };
}
