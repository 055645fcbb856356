/**
 * The official Botpress client with Claude as the bot: `node scripts/chat-api-client.mjs <apiUrl> [encryptionKey]`.
 * Connects, talks three turns, receives the answers over its stream, lists, deletes, and says what happened.
 */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

const chat = createRequire(import.meta.url)('@botpress/chat');

const [apiUrl, encryptionKey] = process.argv.slice(2);
if (!apiUrl) throw new Error('Which apiUrl? For example http://localhost:3001/chat-api/local');

const identity = encryptionKey ? { encryptionKey, userId: `ada-${randomUUID()}` } : {};
const client = await chat.Client.connect({ apiUrl, ...identity });
console.log(`connected as ${client.user.id}${encryptionKey ? ', with a key signed here' : ''}`);

const { conversation } = await client.createConversation({});
const listener = await client.listenConversation({ id: conversation.id });
const heard = [];
const pieces = [];
listener.on('message_created', (message) => heard.push(message));
listener.on('unknown', (signal) => pieces.push(JSON.parse(signal).type));

for (const text of ['Hello, my name is Ada.', 'What is my name?', 'Thank you! What did I tell you first?']) {
  const answer = new Promise((resolve, reject) => {
    listener.onceOrMore('message_created', (message) => {
      if (!message.isBot) return 'keep-listening';
      resolve(message);
      return 'stop-listening';
    });
    listener.once('error', reject);
  });
  await client.createMessage({ conversationId: conversation.id, payload: { type: 'text', text } });
  console.log(`ada: ${text}`);
  console.log(`bot: ${(await answer).payload.text}`);
}

const listed = await client.list.messages({ conversationId: conversation.id }).collect();
console.log(`heard ${heard.length} messages and ${pieces.length} stream signals, listed ${listed.length} messages`);
const conversations = await client.list.conversations({}).collect();
console.log(`in ${conversations.length} conversation`);

await client.deleteMessage({ id: listed.at(-1).id });
const rest = await client.list.messages({ conversationId: conversation.id }).collect();
console.log(`after deleting one message ${rest.length} are listed`);
await listener.disconnect();
await client.deleteConversation({ id: conversation.id });
console.log(`the conversation is ${await isGone(() => client.getConversation({ id: conversation.id }))}`);
await client.deleteUser({});
console.log(`the user is ${await isGone(() => client.getUser({}))}`);

async function isGone(ask) {
  return ask().then(
    () => 'still there',
    (error) => (error instanceof chat.ResourceNotFoundError ? 'gone' : `answered with ${error.type}`),
  );
}
