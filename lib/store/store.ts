/** The table. One item per user message is its claim, lease, idempotency record, history and outbox. */
import { KEPT_DAYS } from '../bounds.ts';
import { openAccess } from './access.ts';
import { openConversations } from './conversation.ts';
import { openCorrections } from './corrections.ts';
import { openDue } from './due.ts';
import type { Dynamo } from './dynamo.ts';
import { openErase } from './erase.ts';
import { openGone } from './gone.ts';
import { openHandoffs } from './handoffs.ts';
import { openHistory } from './history.ts';
import { openJournalStore } from './journal.ts';
import { openRatings } from './ratings.ts';
import { openSpeakers } from './speakers.ts';
import { openTrouble } from './trouble.ts';
import { openTurns } from './turns.ts';
import { openUnasked } from './unasked.ts';

export { openDynamo } from './dynamo.ts';
export type { Recent } from './history.ts';
export { isTurn, partsOfSk, turnSk } from './keys.ts';
export type { Holder } from './turns.ts';

export type Store = ReturnType<typeof openStore>;

/** Turns, history, conversations and corrections of one table; `now` in ms. A conversation is remembered for so many days after a message. */
export function openStore(dynamo: Dynamo, table: string, now: () => number, keptDays: number = KEPT_DAYS) {
  const access = openAccess(dynamo, table, now, keptDays);
  return {
    ...openTurns(access),
    ...openHistory(access),
    ...openJournalStore(access),
    ...openConversations(access),
    ...openHandoffs(access),
    ...openDue(access),
    ...openCorrections(access),
    ...openErase(access),
    ...openGone(access),
    ...openSpeakers(access),
    ...openTrouble(access),
    ...openRatings(access),
    ...openUnasked(access),
  };
}
