/** The Botpress stand-in: who listens to a conversation is sent its signals as server-sent events, as far as they are there to hear them. */
import type { ServerResponse } from 'node:http';
import type { Cloud, Conversation } from './cloud.ts';
import type { Signal } from './signals.ts';

/** What is answered with a stream. */
export class Listening {
  readonly room: Conversation;
  constructor(room: Conversation) {
    this.room = room;
  }
}

export function openListeners(cloud: Pick<Cloud, 'conversation'>) {
  const listening = new Map<Conversation, Set<ServerResponse>>();
  return {
    add({ room }: Listening, response: ServerResponse): void {
      const here = listening.get(room) ?? new Set();
      listening.set(room, here.add(response));
      response.once('close', () => here.delete(response));
      // What Botpress' proxy leaves of the answer that it holds back.
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('{}');
    },

    tell(signal: Signal): void {
      const room = cloud.conversation(signal.data.conversationId);
      for (const response of (room && listening.get(room)) ?? [])
        response.write(`event: message\ndata: ${JSON.stringify(signal)}\n\n`);
    },
  };
}
