/** The Botpress stand-in: what goes wrong on demand. */
import * as z from 'zod/mini';

/** How often (once when not said), and for which requests (all when not said): `path` is a part of it, below the webhook id. */
const scope = {
  times: z.optional(z.number().check(z.int(), z.gte(1))),
  method: z.optional(z.enum(['GET', 'POST', 'PUT', 'DELETE'])),
  path: z.optional(z.string()),
};

export const faultShape = z.discriminatedUnion('kind', [
  /** Answers 500 instead of doing anything, or another status with a page that is no JSON. */
  z.object({ kind: z.literal('down'), ...scope, status: z.optional(z.number()) }),
  /** Answers 429, with the seconds to wait when given. */
  z.object({ kind: z.literal('busy'), ...scope, retryAfterSeconds: z.optional(z.number()) }),
  /** Answers 200 with an error in the body. */
  z.object({ kind: z.literal('disguised'), ...scope }),
  /** Never answers, and does nothing. */
  z.object({ kind: z.literal('hang'), ...scope }),
  /** Does what was asked and never answers. */
  z.object({ kind: z.literal('hang-after'), ...scope }),
  /** Does what was asked and cuts the connection. */
  z.object({ kind: z.literal('cut-after'), ...scope }),
  /** Sends a webhook `copies` times (2), one after another or at once; the platform may run a handler again. */
  z.object({
    kind: z.literal('repeat-webhook'),
    ...scope,
    copies: z.optional(z.number().check(z.int(), z.gte(1))),
    atOnce: z.optional(z.boolean()),
  }),
  /** Never sends a webhook. */
  z.object({ kind: z.literal('drop-webhook'), ...scope }),
]);

export type Fault = z.infer<typeof faultShape>;
type Kind = Fault['kind'];

export type Faults = ReturnType<typeof openFaults>;

/** The oldest fault that fits happens first. */
export function openFaults() {
  let pending: { fault: Fault; left: number }[] = [];
  return {
    add(fault: Fault): void {
      pending.push({ fault, left: fault.times ?? 1 });
    },
    clear(): void {
      pending = [];
    },
    list: () => pending.map(({ fault, left }) => ({ ...fault, times: left })),
    /** The next fault of one of these kinds, used up by the asking. */
    take<K extends Kind>(
      kinds: readonly K[],
      request?: { method: string; path: string },
    ): Extract<Fault, { kind: K }> | undefined {
      const isWanted = (fault: Fault): fault is Extract<Fault, { kind: K }> =>
        kinds.some((kind) => kind === fault.kind) &&
        (fault.method === undefined || fault.method === request?.method) &&
        (fault.path === undefined || (request?.path.includes(fault.path) ?? false));
      for (const entry of pending) {
        if (!isWanted(entry.fault)) continue;
        entry.left -= 1;
        pending = pending.filter(({ left }) => left > 0);
        return entry.fault;
      }
      return undefined;
    },
  };
}
