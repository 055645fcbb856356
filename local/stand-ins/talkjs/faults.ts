/** The TalkJS stand-in: what goes wrong on demand. */
import * as z from 'zod/mini';

const times = z.optional(z.number().check(z.int(), z.gte(1)));
/** Only requests with this method; all when it is missing. */
const method = z.optional(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']));

export const faultShape = z.discriminatedUnion('kind', [
  /** Answers with an error instead of doing anything. */
  z.object({
    kind: z.literal('down'),
    times,
    method,
    status: z.optional(z.number()),
    errorCode: z.optional(z.string()),
  }),
  /** Answers 429, with the seconds to wait when given. */
  z.object({ kind: z.literal('busy'), times, method, retryAfterSeconds: z.optional(z.number()) }),
  /** Never answers, and does nothing. */
  z.object({ kind: z.literal('hang'), times, method }),
  /** Does what was asked and never answers. */
  z.object({ kind: z.literal('hang-after'), times, method }),
  /** Does what was asked and cuts the connection. */
  z.object({ kind: z.literal('cut-after'), times, method }),
  /** Does what was asked and answers without the ids. */
  z.object({ kind: z.literal('no-ids'), times, method }),
  /** Sends a webhook `copies` times (2), one after another or at once. */
  z.object({
    kind: z.literal('repeat-webhook'),
    times,
    copies: z.optional(z.number().check(z.int(), z.gte(1))),
    atOnce: z.optional(z.boolean()),
  }),
  /** Never sends a webhook. */
  z.object({ kind: z.literal('drop-webhook'), times }),
]);

export type Fault = z.infer<typeof faultShape>;
type Kind = Fault['kind'];

export type Faults = ReturnType<typeof openFaults>;

/** A fault happens `times` times (once when not said), the oldest of its kind first. */
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
    take<K extends Kind>(kinds: readonly K[], requestMethod?: string): Extract<Fault, { kind: K }> | undefined {
      const isWanted = (fault: Fault): fault is Extract<Fault, { kind: K }> =>
        kinds.some((kind) => kind === fault.kind) &&
        (!('method' in fault) || fault.method === undefined || fault.method === requestMethod);
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
