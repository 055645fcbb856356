/** The table. One item per user message is its claim, lease, idempotency record, history and outbox. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openAccess } from './store-access.ts';
import { openConversations } from './store-conversation.ts';
import { openCorrections } from './store-corrections.ts';
import { openHistory } from './store-history.ts';
import { openTurns } from './store-turns.ts';

export { openDynamo } from './store-access.ts';
export { type Recent, toTurn } from './store-history.ts';
export { partition, partsOfSk, turnSk } from './store-keys.ts';
export type { Holder } from './store-turns.ts';

export type Store = ReturnType<typeof openStore>;

export function openStore(dynamo: DynamoDBDocumentClient, table: string, now: () => number) {
  const access = openAccess(dynamo, table, now);
  return { ...openTurns(access), ...openHistory(access), ...openConversations(access), ...openCorrections(access) };
}
