/** Three ways of keeping a conversation: each remembers `turns` turns at once, and takes one more turn on request. */
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBChatMessageHistory } from '@langchain/community/stores/message/dynamodb';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { buildWindow } from '../../lib/claude/window.ts';
import { openDynamo, openStore, turnSk } from '../../lib/store/store.ts';

/** As in the measurements that the targets come from: what a user says and what Claude answers, in bytes. */
export const QUESTION = 'What do you think of this? '.padEnd(120, 'x');
export const ANSWER = 'I think that it is well made. '.padEnd(900, 'y');

/** The default settings of history. */
const WINDOW = { strategy: 'tokens', tokenBudget: 40_000, maxMessages: 20 };
const STARTED_AT = 1_700_000_000_000;

export async function openOurs() {
  await makeTable('ours', ['pk', 'sk']);
  const store = openStore(openDynamo(), 'ours', Date.now);
  const refOf = (conversation, n) => ({
    platform: 'talkjs',
    conversation,
    messageId: `m${n}`,
    createdAt: STARTED_AT + n,
  });
  async function turn(conversation, n) {
    const ref = refOf(conversation, n);
    const owner = `owner-${n}`;
    const said = [
      { messageId: ref.messageId, createdAt: ref.createdAt, speaker: { id: 'alice' }, text: QUESTION, attachments: [] },
    ];
    const [claimed, { turns }] = await Promise.all([
      store.claim(ref, { said, owner, leaseUntil: Date.now() + 60_000, generation: 0 }),
      store.recent(ref),
    ]);
    const { messages, from } = buildWindow(turns, claimed, WINDOW);
    const usage = { inputTokens: 900, outputTokens: 250, cacheWriteTokens: 0, cacheReadTokens: 0 };
    const figures = { stop: 'end_turn', model: 'claude-haiku-5-5', usage, usd: 0.0002, ms: 2000 };
    const reply = { kind: 'answer', text: ANSWER, ...figures, ...(from ? { windowFrom: from } : {}) };
    await store.answer(ref, { owner, epoch: claimed.epoch }, reply, said);
    await store.finish(ref, 'DELIVERED', [`id-${n}`]);
    return { messages: messages.length, oldest: turnSk(ref) };
  }
  return {
    name: 'ours',
    turn,
    async fill(conversation, turns) {
      for (let n = 1; n <= turns; n++) await turn(conversation, n);
    },
  };
}

/** `writes` 2: the user's message is kept before the answer is there. 1: both at the end, and neither if there is no answer. */
export async function openLangChain(writes) {
  const tableName = `langchain-${writes}`;
  await makeTable(tableName, ['id']);
  const client = new DynamoDBClient();
  return {
    name: writes === 2 ? 'LangChain, addMessage twice' : 'LangChain, addMessages once',
    async turn(conversation) {
      const history = new DynamoDBChatMessageHistory({ tableName, sessionId: conversation });
      const messages = await history.getMessages();
      const [asked, answered] = [new HumanMessage(QUESTION), new AIMessage(ANSWER)];
      if (writes === 1) await history.addMessages([asked, answered]);
      else {
        await history.addMessage(asked);
        await history.addMessage(answered);
      }
      return { messages: messages.length };
    },
    /** The list that so many turns leave behind, put there at once. */
    async fill(conversation, turns) {
      const message = (type, text) => ({ M: { type: { S: type }, text: { S: text }, additional_kwargs: { S: '{}' } } });
      const list = Array.from({ length: turns }, () => [message('human', QUESTION), message('ai', ANSWER)]).flat();
      const Item = { id: { S: conversation }, messages: { L: list } };
      if (turns > 0) await client.send(new PutItemCommand({ TableName: tableName, Item }));
    },
  };
}

async function makeTable(TableName, keys) {
  const AttributeDefinitions = keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
  const KeySchema = keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' }));
  await new DynamoDBClient().send(
    new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions, KeySchema }),
  );
}
