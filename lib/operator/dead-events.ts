/** Room of the operator: what lies among the dead letters of events.fifo. Pure. */
import * as z from 'zod/mini';
import type { Known } from './conversation.ts';

const shape = z.looseObject({
  v: z.literal(1),
  to: z.string(),
  id: z.string(),
  type: z.optional(z.string()),
  platform: z.string(),
  conversation: z.string(),
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

/** Whether it tells of the conversation. */
export function isEventOf(body: string, { platform, conversation }: Known): boolean {
  const event = parseDeadEvent(body);
  return event?.platform === platform && event.conversation === conversation;
}
