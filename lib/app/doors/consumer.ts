/** What the consumers of turns share: a message of the queue is our own envelope, or goes to the dead letters. */
import * as z from 'zod/mini';
import { logLine } from '../../log.ts';
import { type ReplyDeps, reply } from '../../turn/reply.ts';
import type { Delivery } from '../../turn/shapes.ts';
import type { Inbound } from '../../types.ts';
import { type QueueHandler, type QueueMessage, queueDoor } from './queue-door.ts';

/** The handler of a queue of turns; `open` gives what its turns need. */
export function turnsDoor(open: () => Promise<ReplyDeps>): QueueHandler {
  return queueDoor(open, async (deps, messages, remainingMs) => {
    const readable = messages.flatMap((message) => toDelivery(message) ?? []);
    const unreadable = messages.filter((message) => readable.every(({ id }) => id !== message.id));
    const back = await reply(deps, readable, remainingMs);
    return [...unreadable, ...back].map(({ id }) => id);
  });
}

/** Our own envelope: only as much is checked as tells it from something else. */
const envelope = z.object({
  v: z.literal(1),
  generation: z.number(),
  inbound: z.looseObject({
    event: z.enum(['sent', 'intervened', 'edited', 'deleted', 'due', 'say']),
    platform: z.string(),
    messageId: z.string(),
  }),
});

/** `undefined` for what is not ours: it goes to the dead letters, where somebody can look at it. */
function toDelivery({ body, group: _, ...message }: QueueMessage): Delivery | undefined {
  try {
    const { generation, inbound } = envelope.parse(JSON.parse(body));
    return { ...message, generation, inbound: inbound as unknown as Inbound };
  } catch (error) {
    logLine('message-unreadable', { id: message.id, reason: whatIsWrong(error) });
    return undefined;
  }
}

/** Where our envelope differs; never what stands there. */
function whatIsWrong(error: unknown): string {
  if (!(error instanceof z.core.$ZodError)) return 'no JSON';
  return `not our envelope: ${error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ')}`;
}
