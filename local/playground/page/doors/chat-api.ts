/** The playground's page: our Chat API server through Botpress' official client, here in the browser. Pieces arrive as signals. */
import type { AuthenticatedClient, Client as OfficialClient } from '@botpress/chat';
import { choicesOf } from '../../choices.ts';
import type { LineView } from '../../view.ts';
import type { OpenADoor } from './door.ts';

interface Message {
  id: string;
  userId: string;
  payload: object;
}
type Listener = Awaited<ReturnType<AuthenticatedClient['listenConversation']>>;

/** Pause (ms) before a stream that ended is opened again. */
const PAUSE_MS = 1000;

export const openChatApi: OpenADoor = async ({ view: { url: apiUrl = '' }, events, memory }) => {
  const { Client } = await import('@botpress/chat'); // 2.5 MB: only whoever comes to this door waits for it
  const client = await connect(Client, apiUrl, memory.get('key'));
  const me = client.user.id;
  memory.set('key', client.user.key);
  const wanted = memory.get('conversation');
  const { conversation } = await (wanted === undefined
    ? client.createConversation({})
    : client.getConversation({ id: wanted }).catch(() => client.createConversation({})));
  const conversationId = conversation.id;
  memory.set('conversation', conversationId);

  let lines: LineView[] = [];
  let isClosed = false;
  let listener: Listener | undefined;
  const drafts = new Map<string, string>();

  function add(message: Message) {
    if (lines.some(({ id }) => id === message.id)) return;
    const line: LineView = {
      id: message.id,
      isMine: message.userId === me,
      text: textOf(message.payload),
      markup: 'markdown',
      choices: choicesOf(message.payload),
      isTyping: false,
      canBeRated: message.userId !== me,
    };
    lines = [...lines, line];
    if (!line.isMine) {
      drafts.clear();
      events.draft(undefined);
    }
    events.lines(lines);
  }

  async function list() {
    const messages = await client.list.messages({ conversationId }).collect();
    for (const message of messages.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))) add(message);
  }

  async function listen(): Promise<void> {
    listener = await client.listenConversation({ id: conversationId });
    listener.on('message_created', add);
    listener.on('unknown', (data) => takePiece(drafts, data, events.draft)); // 0.5.5 knows no streams, and passes them on
    listener.on('error', () => void resume());
    await list(); // what was said while nobody listened
    events.problem(undefined);
  }

  /** A listener that has ended never connects again: it takes a new one. */
  async function resume(): Promise<void> {
    while (!isClosed) {
      try {
        return await listen();
      } catch {
        events.problem('The stream of signals ended; listening again.');
        await new Promise((later) => setTimeout(later, PAUSE_MS));
      }
    }
  }

  await listen();
  return {
    conversation: conversationId,
    send: async (text, { isTwice }) => {
      events.draft('');
      const message = { conversationId, payload: { type: 'text' as const, text } };
      if (!isTwice) return add((await client.createMessage(message)).message);
      const headers = { 'x-idempotency-key': crypto.randomUUID() };
      const insistent = new Client({ apiUrl, headers });
      const again = { ...message, 'x-user-key': client.user.key };
      const sent = await Promise.all([insistent.createMessage(again), insistent.createMessage(again)]);
      for (const { message: one } of sent) add(one);
    },
    // The widget's operation, which this client does not have.
    rate: async (line, value) => {
      const headers = { 'content-type': 'application/json', 'x-user-key': client.user.key };
      const body = JSON.stringify({ value });
      const { ok } = await fetch(`${apiUrl}/messages/${line}/feedback`, { method: 'PUT', headers, body });
      if (!ok) throw new Error('it was refused');
    },
    close: () => {
      isClosed = true;
      void listener?.disconnect();
    },
  };
};

/** As whom the page was last time, or as somebody new. */
async function connect(Client: typeof OfficialClient, apiUrl: string, userKey: string | undefined) {
  if (userKey === undefined) return Client.connect({ apiUrl });
  return Client.connect({ apiUrl, userKey }).catch(() => Client.connect({ apiUrl }));
}

function takePiece(drafts: Map<string, string>, data: unknown, show: (text: string) => void) {
  const signal = typeof data === 'string' ? readSignal(data) : undefined;
  if (!signal) return;
  const { streamId, delta } = signal.data;
  if (signal.type === 'message_stream_abort') drafts.delete(streamId);
  if (signal.type === 'message_stream_delta') drafts.set(streamId, (drafts.get(streamId) ?? '') + (delta ?? ''));
  if (signal.type !== 'message_stream_complete') show(drafts.get(streamId) ?? '');
}

interface StreamSignal {
  type: string;
  data: { streamId: string; delta?: string };
}

function readSignal(text: string): StreamSignal | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value?.data?.streamId === 'string' ? value : undefined;
  } catch {
    return undefined; // a ping
  }
}

function textOf(payload: object): string {
  if ('markdown' in payload) return String(payload.markdown);
  return 'text' in payload ? String(payload.text) : '(something else than text)';
}
