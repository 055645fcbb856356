/** Room of the operator: what lies among the dead letters of turns.fifo. Pure. */
import * as z from 'zod/mini';
import type { Inbound } from '../types.ts';
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

/** The turn, or why there is none in it. */
export function parseDeadTurn(body: string): DeadTurn | string {
  try {
    const { generation, inbound } = z.parse(shape, JSON.parse(body));
    // Our own envelope: taken as it is.
    return { generation, inbound: inbound as unknown as Inbound };
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) return 'no JSON';
    return `not our envelope: ${error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ')}`;
  }
}

/** `undefined` for what belongs to another conversation, or to nobody. */
export function readDeadTurn(body: string, { platform, conversation }: Known): DeadTurn | undefined {
  const turn = parseDeadTurn(body);
  if (typeof turn === 'string') return undefined;
  const isOurs = turn.inbound.platform === platform && turn.inbound.conversation === conversation;
  return isOurs ? turn : undefined;
}
