/** Which messages a reply covers: what a transcript's keys say together with the table. Pure. */
import type { Turn } from '../../../lib/types.ts';

/** The key of a reply, without its piece's number when it was sent in pieces. */
const REPLY_KEY = /^reply:(.+?):\d+(:\d+)?(\.\d+)*$/;

/** The id of the message that begins the turn of a reply. */
export function headOf(replyKey: string): string {
  return REPLY_KEY.exec(replyKey)?.[1] ?? '';
}

/** The turn that a message begins. */
export function turnAt(head: string, turns: readonly Turn[]): Turn | undefined {
  return turns.find(({ sk }) => sk.endsWith(`#${head}`));
}

/** The ids of the messages that replies with these keys cover, in the order of the replies. */
export function coversOf(replyKeys: readonly string[], turns: readonly Turn[]): string[] {
  return replyKeys.flatMap((key) => turnAt(headOf(key), turns)?.said.map(({ messageId }) => messageId) ?? []);
}
