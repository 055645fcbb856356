/** The four doors of the content matrix: whatever somebody says comes in there as the platform, or a client, would bring it. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { BotpressStandIn } from '../../../local/stand-ins/botpress.ts';
import { signed } from '../../../local/stand-ins/talkjs/webhooks.ts';
import type { TalkjsStandIn } from '../../../local/stand-ins/talkjs.ts';
import { caller } from '../chat-api-client.ts';
import { read } from '../chat-world.ts';
import { httpEvent } from '../gateway.ts';
import { restGateway } from '../rest-gateway.ts';
import { CLAUDE, type Platforms, SECRET, WEBHOOK_SECRET } from './content-platforms.ts';
import type { ContentWorld } from './content-world.ts';
import type { Saying } from './contents.ts';

/** What the caller was told at once: the status, and at /chat the words. */
export interface Told {
  status: number;
  text?: string;
  /** Of an answer that ended in a failure. */
  code?: string | undefined;
}

export interface ContentDoor {
  name: string;
  /** As `user` of the conversation; `undefined` where nobody can say such a thing. */
  say(conversation: string, user: string, saying: Saying): Promise<Told | undefined>;
  /** What the bot said there. */
  lines(conversation: string, user: string): Promise<string[]>;
  close(): Promise<void>;
}

type Webhook = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export async function openTalkjsDoor(world: ContentWorld, platforms: Platforms): Promise<ContentDoor> {
  const { handler }: { handler: Webhook } = await import('../../../functions/talkjs.ts');
  const { talkjs } = platforms;
  const last = new Map<string, { message: object }>();

  return {
    name: 'TalkJS',
    async say(conversationId, userId, saying) {
      const isEdit = saying.edits === true;
      const event = isEdit
        ? { ...platforms.lastTold(), type: 'message.updated' }
        : await spoken(talkjs, conversationId, userId);
      const known = isEdit ? last.get(conversationId) : event.data;
      const data = {
        ...known,
        message: { ...known.message, ...talkjsContent(saying), custom: { extra: saying.extra } },
      };
      if (isEdit) data.message.editedAt = Date.now();
      if (saying.name !== undefined) data.sender = { ...data.sender, name: saying.name };
      last.set(conversationId, data);
      const body = JSON.stringify({ ...event, data });
      const headers = signed(body, SECRET, Date.now());
      const { statusCode = 500 } = await world.timed(() =>
        handler(httpEvent('POST', '/talkjs', headers, Buffer.from(body))),
      );
      return { status: statusCode };
    },
    lines: async (conversation) => botLines(talkjs, conversation),
    close: async () => {},
  };

  async function spoken(standIn: TalkjsStandIn, conversationId: string, userId: string) {
    standIn.say({ conversationId, userId, text: 'Hello' });
    await standIn.settle();
    return platforms.lastTold();
  }
}

function talkjsContent({ text, files = [] }: Saying): object {
  const blocks = files.map(({ url, name }) => ({ type: 'file', url, filename: name, size: 1 }));
  return { text: null, content: [...(text ? [{ type: 'text', children: [text] }] : []), ...blocks] };
}

export async function openBotpressDoor(world: ContentWorld, platforms: Platforms): Promise<ContentDoor> {
  const { handler }: { handler: Webhook } = await import('../../../functions/botpress.ts');
  const { botpress } = platforms;
  return {
    name: 'Botpress',
    async say(conversationId, userId, saying) {
      if (saying.edits || saying.name !== undefined) return undefined;
      await botpress.say({ conversationId, userId, text: 'Hello' });
      const event = platforms.lastTold();
      const data = { ...event.data, payload: payloadOf(saying), metadata: { extra: saying.extra } };
      const body = Buffer.from(JSON.stringify({ ...event, data }));
      const headers = { 'x-secret-key': WEBHOOK_SECRET };
      const { statusCode = 500 } = await world.timed(() =>
        handler(httpEvent('POST', '/botpress/events', headers, body)),
      );
      return { status: statusCode };
    },
    lines: async (conversation) => botLines(botpress, conversation),
    close: async () => {},
  };
}

function botLines(standIn: Pick<TalkjsStandIn | BotpressStandIn, 'transcript'>, conversation: string): string[] {
  return standIn.transcript(conversation).flatMap(({ sender, text }) => (sender === CLAUDE ? [text ?? ''] : []));
}

/** Of Botpress and of our own Chat API. */
function payloadOf({ text, files }: Saying): object {
  if (!files) return { type: 'text', text };
  const items = files.map(({ url, name }) => ({ type: 'file', fileUrl: url, title: name }));
  return { type: 'bloc', items: [...(text ? [{ type: 'text', text }] : []), ...items] };
}

export async function openChatApiDoor(world: ContentWorld): Promise<ContentDoor> {
  const { handler } = await import('../../../functions/chat-api.ts');
  const gate = await restGateway(['/chat-api/{webhookId}/{proxy+}'], handler as never, 60_000);
  const call = caller(`${gate.url}/chat-api/local`);
  /** Keys of users, and the first one of each conversation is its owner. */
  const keys = new Map<string, string>();
  const owners = new Map<string, string>();

  /** The key, or the status with which somebody was refused on the way. */
  async function enter(id: string, user: string, name: string | undefined): Promise<string | number> {
    let key = keys.get(user);
    if (key === undefined) {
      const made = await call('POST', '/users', { body: { id: user, ...(name === undefined ? {} : { name }) } });
      if (made.status >= 400) return made.status;
      key = made.body.key;
      keys.set(user, key);
    }
    const owner = owners.get(id);
    if (owner === user) return key;
    const { status } = owner
      ? await call('POST', `/conversations/${id}/participants`, { key: keys.get(owner) ?? '', body: { userId: user } })
      : await call('POST', '/conversations', { key, body: { id } });
    if (status >= 400) return status;
    if (!owner) owners.set(id, user);
    return key;
  }

  return {
    name: 'Chat API',
    async say(conversationId, user, saying) {
      if (saying.edits) return undefined;
      const key = await enter(conversationId, user, saying.name);
      if (typeof key === 'number') return { status: key };
      const body = { conversationId, payload: payloadOf(saying), metadata: { extra: saying.extra ?? null } };
      return world.timed(() => call('POST', '/messages', { key, body }));
    },
    async lines(conversation, user) {
      const { body } = await call('GET', `/conversations/${conversation}/messages`, { key: keys.get(user) ?? '' });
      return body.messages.flatMap(({ userId, payload }) => (keys.has(userId) ? [] : [payload.text]));
    },
    close: gate.close,
  };
}

export async function openChatDoor(world: ContentWorld): Promise<ContentDoor> {
  const { handler } = await import('../../../functions/chat.ts');
  const gate = await restGateway(['/chat/{sessionId}', '/chat/{sessionId}/{proxy+}'], handler as never, 60_000);
  return {
    name: '`/chat`',
    async say(session, id, { text = '', files, name, extra, edits }) {
      if (edits) return undefined;
      const attachments = files && { attachments: files };
      const body = JSON.stringify({ message: text, user: name ?? id, extra, ...attachments });
      return world.timed(async () => {
        const url = `${gate.url}/chat/${encodeURIComponent(session.toWellFormed())}`;
        const { status, text: answer, last } = await read(await fetch(url, { method: 'POST', body }));
        return { status, text: answer, code: last.code };
      });
    },
    lines: async () => [],
    close: gate.close,
  };
}
