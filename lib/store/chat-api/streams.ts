/** The table, of the Chat API: who holds a stream at this moment. A stream holds a Lambda for as long as it lasts. */
import { crowds } from '../../bounds.ts';
import type { Table } from '../items.ts';
import { type Lot, openLeases } from '../leases.ts';
import { messagesOf } from './messages.ts';
import { userPartition } from './users.ts';

/** What a stream is of. */
export interface StreamOf {
  userId: string;
  conversationKey: string;
}

export type StreamLeases = ReturnType<typeof openStreamLeases>;

const PREFIX = 'S#';

/** `max` is how many streams there may be in all; 0 for no limit. */
export function openStreamLeases(table: Table, now: () => number, max: number, realm?: string) {
  const leases = openLeases(table, now);
  /** The user's first: it says most often no. They lie with the user and the conversation, and go with them. */
  const lots = ({ userId, conversationKey }: StreamOf): Lot[] => [
    { pk: userPartition(userId, realm), prefix: PREFIX, max: crowds.streamsOfUser },
    { pk: messagesOf(conversationKey), prefix: PREFIX, max: crowds.streamsOfConversation },
    ...(max === 0 ? [] : [{ pk: 'CHAT-STREAMS', prefix: PREFIX, max }]),
  ];

  return {
    /** Until that time (ms) at the latest; gives what ends it, or `undefined` when there are as many as there may be. */
    async take(of: StreamOf, holder: string, until: number): Promise<(() => Promise<void>) | undefined> {
      const places: [Lot, number][] = [];
      const end = async () => {
        await Promise.all(places.map(([lot, place]) => leases.release(lot, place, holder)));
      };
      for (const lot of lots(of)) {
        const place = await leases.take(lot, holder, until);
        if (place === undefined) {
          await end();
          return undefined;
        }
        places.push([lot, place]);
      }
      return end;
    },
  };
}
