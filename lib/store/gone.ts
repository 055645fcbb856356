/** The table, of what was forgotten: marks that say when, and not of whom. Whoever meets something that was acknowledged before drops it. */
import type { MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import type { Key, Table } from './items.ts';
import { gone, goneByPseudonym, goneUser } from './keys.ts';

/** Throws `Later` when the table does not answer. */
export function openGone({ read }: Pick<Access, 'read'>) {
  const at = async ({ pk, sk }: Key): Promise<number> => Number((await read(pk, sk))?.at ?? 0);
  return {
    /** When the conversation was forgotten (ms); 0 if it never was. */
    forgottenAt: (of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<number> => at(gone(of)),

    /** The same of a user of a platform, in all conversations. */
    userForgottenAt: (of: Pick<MessageRef, 'platform'> & { user: string }): Promise<number> => at(goneUser(of)),
  };
}

/** What a record says of the message that it is about. */
export interface RecordAbout {
  /** The pseudonyms of conversation and user. */
  session: string;
  user: string;
  /** When the message was said (ms). */
  saidAt: number;
}

/** Whether conversation or user were forgotten since. One read of two items. */
export async function isRecordGone(
  table: Pick<Table, 'read'>,
  { session, user, saidAt }: RecordAbout,
): Promise<boolean> {
  const marks = await table.read(goneByPseudonym({ session, user }));
  return marks.some((mark) => Number(mark?.at ?? 0) >= saidAt);
}
