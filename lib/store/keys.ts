/** The table, its keys: where the turns of a conversation lie. Pure. */
import { pseudonym } from '../log.ts';
import type { MessageRef } from '../types.ts';
import type { Key } from './items.ts';

/** A duplicate builds the same key, since both parts come from the message. */
export function turnSk({ createdAt, messageId }: Pick<MessageRef, 'createdAt' | 'messageId'>): string {
  return `T#${String(createdAt).padStart(13, '0')}#${messageId}`;
}

/** Whether it is the sort key of a turn. */
export function isTurn(sk: string): boolean {
  return sk.startsWith('T#');
}

/** Whose key this is: the two parts it was built from. */
export function partsOfSk(sk: string): Pick<MessageRef, 'createdAt' | 'messageId'> {
  return { createdAt: Number(sk.slice(2, 15)), messageId: sk.slice(16) };
}

/** Where the turns of a conversation lie. */
export function partition({ platform, conversation }: { platform: string; conversation: string }): string {
  return `C#${platform}#${conversation}`;
}

/** Sorts after every turn, so that one backward read gives the conversation's own item and its newest turns. */
export const CONVERSATION_SK = '~';

/** Behind it, so that the same read gives what was said before the bot came. */
export const EARLIER_SK = '~B';

/** Where it is kept when a conversation was forgotten: all that is left of it, so its name is not in it. */
export function gone({ platform, conversation }: Pick<MessageRef, 'platform' | 'conversation'>): Key {
  return { pk: `${GONE}C#${pseudonym(platform, conversation)}`, sk: '-' };
}

/** The same of a user of a platform. */
export function goneUser({ platform, user }: Pick<MessageRef, 'platform'> & { user: string }): Key {
  return { pk: `${GONE}U#${pseudonym(platform, user)}`, sk: '-' };
}

/** Where it is kept between which times a conversation of others held words of somebody who was forgotten. */
export function goneAmongOthers({ platform, conversation }: Pick<MessageRef, 'platform' | 'conversation'>): Key {
  return { pk: gone({ platform, conversation }).pk, sk: AMONG_OTHERS };
}

/** All three by the pseudonyms, which is all that a record says. */
export function goneByPseudonym({ session, user }: { session: string; user: string }): Key[] {
  return [
    { pk: `${GONE}C#${session}`, sk: '-' },
    { pk: `${GONE}U#${user}`, sk: '-' },
    { pk: `${GONE}C#${session}`, sk: AMONG_OTHERS },
  ];
}

const AMONG_OTHERS = 'AMONG';

const GONE = 'GONE#';

/** Where it is noted in which conversations a user has spoken. */
export function userPartition({ platform, user }: Pick<MessageRef, 'platform'> & { user: string }): string {
  return `U#${platform}#${pseudonym(platform, user)}`;
}

/** Where a conversation's parked log records are noted, by their log ids, so that they can be found when it is forgotten. */
export const PARKED = { from: 'P#', to: 'P#~' };

/** Where the place of a message is kept that a platform may later name by its id alone: the one item `I` of this partition. */
export function pointer(platform: string, messageId: string): string {
  return `I#${platform}#${messageId}`;
}
