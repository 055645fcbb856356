/** Room of the operator: what lies among the dead letters of events.fifo. Pure. */
import * as z from 'zod/mini';

const shape = z.looseObject({
  v: z.literal(1),
  to: z.string(),
  id: z.string(),
  type: z.optional(z.string()),
  platform: z.string(),
  conversation: z.string(),
  user: z.optional(z.string()),
});

export type DeadEvent = z.infer<typeof shape>;

/** `undefined` for what is not our envelope. */
export function parseDeadEvent(body: string): DeadEvent | undefined {
  try {
    return z.parse(shape, JSON.parse(body));
  } catch {
    return undefined;
  }
}
