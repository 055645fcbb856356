/**
 * The worker as one writes it first: the same calls of the same SDKs, one after the other, and what one call needs of the last is
 * awaited before anything else begins.
 */
import Anthropic from '@anthropic-ai/sdk';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { SignJWT } from 'jose';

const { TABLE_NAME, RECORDS_QUEUE_URL, TALKJS_API_URL } = process.env;
const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const claude = new Anthropic({ apiKey: 'bench', maxRetries: 0 });

export async function handler({ Records }) {
  for (const { body } of Records) await answer(JSON.parse(body).inbound);
  return { batchItemFailures: [] };
}

async function answer({ conversation, messageId, createdAt, text }) {
  const key = { pk: `C#${conversation}`, sk: `T#${createdAt}#${messageId}` };
  const claim = { ...key, state: 'CLAIMED', text };
  await table.send(
    new PutCommand({ TableName: TABLE_NAME, Item: claim, ConditionExpression: 'attribute_not_exists(pk)' }),
  );
  const { Items = [] } = await table.send(
    new QueryCommand({
      TableName: TABLE_NAME,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': key.pk },
      ScanIndexForward: false,
      Limit: 20,
      ConsistentRead: true,
    }),
  );
  const messages = Items.reverse().flatMap(({ said, reply }) => [
    { role: 'user', content: said[0].text },
    { role: 'assistant', content: reply.text },
  ]);
  const request = {
    model: 'claude-haiku-5-5',
    max_tokens: 2048,
    messages: [...messages, { role: 'user', content: text }],
  };
  const response = await claude.messages.stream(request).finalMessage();
  const reply = response.content[0].text;
  await sqs.send(
    new SendMessageCommand({ QueueUrl: RECORDS_QUEUE_URL, MessageBody: JSON.stringify({ request, response }) }),
  );
  await update(key, 'ANSWERED', reply);
  await post(conversation, messageId, reply);
  await update(key, 'DELIVERED', reply);
}

async function update(Key, state, reply) {
  await table.send(
    new UpdateCommand({
      TableName: TABLE_NAME,
      Key,
      UpdateExpression: 'SET #state = :state, reply = :reply',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': state, ':reply': reply },
    }),
  );
}

async function post(conversation, messageId, text) {
  const token = await new SignJWT({ tokenType: 'app', iss: 'app', exp: Math.floor(Date.now() / 1000) + 30 })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode('sk_test_example_do_not_use'));
  const response = await fetch(`${TALKJS_API_URL}/v1/app/conversations/${conversation}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify([{ type: 'UserMessage', sender: 'claude', text, idempotencyKey: `reply:${messageId}` }]),
  });
  await response.json();
}
