/** The Chat API server: how a stream speaks to the webchat widget, whose models differ from the contract's. */
import { toModel } from '../store/chat-api/conversations.ts';
import { toMessage } from '../store/chat-api/messages.ts';
import type { Entry } from '../store/chat-api/signals.ts';
import type { ChatApi } from './api.ts';
import { nestedPayload } from './bloc.ts';
import { BOT_ID } from './bot.ts';
import { openDots } from './dots.ts';
import { openGrowing } from './growing.ts';
import { inRealm, thingId, toTurnConversation } from './ids.ts';
import type { Voice } from './listen.ts';
import { isoTime, type Signal, type User, type WireMessage } from './models.ts';
import type { Visit } from './visit.ts';

/** What a window shows of a conversation: it asks for no older messages. */
const MAX_PAGES = 3;
const MAX_BYTES = 512 * 1024;

/**
 * Begins with all that the window shows, and goes on with what is not in it. Throws `Later` when the table does not answer: once the
 * stream has begun, the window could not be told.
 */
export async function windowVoice(api: ChatApi, visit: Visit): Promise<Voice> {
  const { conversation, isKept, user } = visit;
  // First: what comes in between is in both, and what is in both is told once.
  const head = isKept ? await api.signals.head(conversation.key) : undefined;
  const [messages, participants] = isKept
    ? await Promise.all([newest(api, visit), everybody(api, visit)])
    : [[], [user]];
  const shown = new Set(messages.map(({ id }) => id));
  const grow = openGrowing(
    new Set(messages.flatMap(({ metadata }) => (metadata?.streamId ? [String(metadata.streamId)] : []))),
  );
  const dots = openDots(conversation.id, head);
  const text = initText(visit, messages, participants);
  return {
    begin: async () => ({ text, from: head?.seq ?? 0 }),
    tell: (entry) => {
      dots.hear(entry);
      return told(entry, shown, grow);
    },
    idle: dots.due,
  };
}

/** All that a visitor hears who is turned away: the sentence, in a conversation that takes no more. */
export function closedText(visit: Omit<Visit, 'isKept'>, sentence: string, now: number): string {
  const { conversation, user } = visit;
  const message = {
    id: thingId('msg', conversation.key, now),
    createdAt: isoTime(now),
    conversationId: conversation.id,
    userId: BOT_ID,
    payload: { type: 'text' as const, text: sentence },
    metadata: { conversationStatus: 'closed' },
  };
  return initText(visit, [message], [user]);
}

function initText(
  { conversation, user, key }: Omit<Visit, 'isKept'>,
  messages: readonly WindowMessage[],
  participants: readonly User[],
): string {
  const data = { conversation: toModel(conversation), messages, participants, user: { ...user, userKey: key } };
  return toText({ type: 'init', data });
}

type WindowMessage = WireMessage & { feedback?: { value: string; comment?: string } };

/** The newest first, each with what this user thinks of it. */
async function newest(api: ChatApi, { conversation, user }: Visit): Promise<WindowMessage[]> {
  const ratings = await api.ratings({ platform: 'chat-api', conversation: toTurnConversation(conversation) });
  const own = ratings.filter(({ by }) => by === inRealm(conversation.realm, user.id));
  const feedback = new Map(
    own.map(({ message, value, comment }) => [message, { value, ...(comment ? { comment } : {}) }]),
  );
  const found: WindowMessage[] = [];
  let bytes = 0;
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { messages, next } = await api.messages.list(conversation, after);
    for (const stored of messages) {
      const message = forWindow(toMessage(stored));
      bytes += Buffer.byteLength(JSON.stringify(message));
      if (bytes > MAX_BYTES) return found;
      const thought = feedback.get(stored.id);
      found.push(thought ? { ...message, feedback: thought } : message);
    }
    if (next === undefined) return found;
    after = next;
  }
  return found;
}

/** The first page of them. The bot is none: the window has its name. */
async function everybody({ conversations, users }: ChatApi, { conversation }: Visit): Promise<User[]> {
  const { ids } = await conversations.members(conversation, undefined);
  return users.findAll(ids);
}

function told({ signal }: Entry, shown: ReadonlySet<string>, grow: ReturnType<typeof openGrowing>): string {
  const heard = JSON.parse(signal) as Signal;
  if (heard.type === 'message_created' && shown.has(heard.data.id)) return '';
  const read = grow(heard);
  if (!read) return '';
  if (read.type !== 'message_created' && read.type !== 'message_updated') return toText(read);
  return toText({ ...read, data: forWindow(read.data) });
}

function forWindow<T extends WireMessage>(message: T): T {
  return { ...message, payload: nestedPayload(message.payload) };
}

/** Without an id: the browser would go on after it at the address it first asked, as a new visitor. */
function toText(signal: object): string {
  return `data: ${JSON.stringify(signal)}\n\n`;
}
