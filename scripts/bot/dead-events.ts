/** The inspection tool: what lies among the dead letters of events.fifo. */
import { z } from 'zod';
import type { Known } from './conversation.ts';

const shape = z.looseObject({
  v: z.literal(1),
  to: z.string(),
  id: z.string(),
  type: z.string().optional(),
  platform: z.string(),
  conversation: z.string(),
});

export type DeadEvent = z.infer<typeof shape>;

/** `undefined` for what is not our envelope. */
export function parseDeadEvent(body: string): DeadEvent | undefined {
  try {
    return shape.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** Whether it tells of the conversation. */
export function isEventOf(body: string, { platform, conversation }: Known): boolean {
  const event = parseDeadEvent(body);
  return event?.platform === platform && event.conversation === conversation;
}
