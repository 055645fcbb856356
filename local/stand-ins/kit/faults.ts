/** What the platforms' stand-ins can be made to get wrong. */
import * as z from 'zod/mini';

/** How often (once when not said), and for which requests (all when not said): `path` is a part of it. */
const scope = {
  times: z.optional(z.number().check(z.int(), z.gte(1))),
  method: z.optional(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
  path: z.optional(z.string()),
};

export const faultShape = z.discriminatedUnion('kind', [
  /** Answers with an error instead of doing anything. */
  z.object({
    kind: z.literal('down'),
    ...scope,
    status: z.optional(z.number()),
    errorCode: z.optional(z.string()),
  }),
  /** Answers 429, with the seconds to wait when given. */
  z.object({ kind: z.literal('busy'), ...scope, retryAfterSeconds: z.optional(z.number()) }),
  /** Sends the caller to `location` instead of doing anything. */
  z.object({ kind: z.literal('redirect'), ...scope, location: z.string() }),
  /** Never answers, and does nothing. */
  z.object({ kind: z.literal('hang'), ...scope }),
  /** Does what was asked and never answers. */
  z.object({ kind: z.literal('hang-after'), ...scope }),
  /** Does what was asked and cuts the connection. */
  z.object({ kind: z.literal('cut-after'), ...scope }),
  /** Sends a webhook `copies` times (2), one after another or at once. */
  z.object({
    kind: z.literal('repeat-webhook'),
    ...scope,
    copies: z.optional(z.number().check(z.int(), z.gte(1))),
    atOnce: z.optional(z.boolean()),
  }),
  /** Never sends a webhook. */
  z.object({ kind: z.literal('drop-webhook'), ...scope }),
  /** Does what was asked and answers without ids (TalkJS). */
  z.object({ kind: z.literal('no-ids'), ...scope }),
  /** Answers 200 with an error in the body (Botpress). */
  z.object({ kind: z.literal('disguised'), ...scope }),
]);

export type Fault = z.infer<typeof faultShape>;
type Kind = Fault['kind'];

export type Faults = ReturnType<typeof openFaults>;

/** A fault happens `times` times, once when not said. */
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
    /** The oldest fault of one of these kinds that fits, used up by the asking. */
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
