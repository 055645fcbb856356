/** The inspection tool: what lies among the dead letters of turns.fifo, as far as it belongs to one conversation. */
import { z } from 'zod';
import type { Inbound } from '../../lib/types.ts';
import type { Known } from './conversation.ts';

const shape = z.object({
  v: z.literal(1),
  generation: z.number(),
  inbound: z.looseObject({ event: z.string(), platform: z.string(), conversation: z.string(), messageId: z.string() }),
});

export interface DeadTurn {
  generation: number;
  inbound: Inbound;
}

/** `undefined` for what belongs to another conversation, or to nobody. */
export function readDeadTurn(body: string, { platform, conversation }: Known): DeadTurn | undefined {
  try {
    const { generation, inbound } = shape.parse(JSON.parse(body));
    const isOurs = inbound.platform === platform && inbound.conversation === conversation;
    // Our own envelope: taken as it is.
    return isOurs ? { generation, inbound: inbound as unknown as Inbound } : undefined;
  } catch {
    return undefined;
  }
}
