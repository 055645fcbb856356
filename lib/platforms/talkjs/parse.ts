/** Stop 3. A TalkJS webhook as one of our nouns, or the reason why there is nothing to do. */
import * as z from 'zod/mini';
import { spokenTo } from '../../bots/identity.ts';
import { Rejected } from '../../errors.ts';
import { isBack } from '../../text/back.ts';
import { pickContext } from '../../text/context.ts';
import type { Ignored, Inbound, Intervened, MessageRef, Sent, Speaker } from '../../types.ts';
import { readJsonBody, readShape } from '../kit/json-body.ts';
import { contentFields, readContent, type TalkjsContent } from './content.ts';
import { addressed, oursIn, type Team } from './group.ts';
import type { OurUsers } from './our-users.ts';

/** TalkJS ids are at most 255 characters; they become keys of the table and parts of URLs, so they must be sound UTF-8. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 255 && value.isWellFormed();
}

const id = z.custom<string>(isId);
/** Milliseconds with 13 digits, 2001 to 2286: the time is the first part of a sort key and must sort as text. */
const time = z.number().check(z.gte(1e12), z.lt(1e13));

/** What is passed on unread; a schema that looks at every key would cost a tenth of the webhook. */
const record = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const messageFields = {
  id,
  conversationId: z.nullish(id),
  senderId: z.nullish(z.string()),
  createdAt: time,
  editedAt: z.nullish(time),
  custom: z.nullish(record),
  referencedMessageId: z.optional(z.unknown()),
  ...contentFields,
};
const sender = z.nullish(
  z.object({
    id: z.nullish(z.string()),
    name: z.nullish(z.string()),
    email: z.optional(z.unknown()),
    phone: z.optional(z.unknown()),
    role: z.optional(z.unknown()),
    locale: z.optional(z.unknown()),
    custom: z.optional(z.unknown()),
  }),
);
const conversation = z.nullish(
  z.object({
    id: z.nullish(id),
    participants: z.nullish(record),
    subject: z.optional(z.unknown()),
    custom: z.optional(z.unknown()),
  }),
);
const mentionedUserIds = z.nullish(z.array(z.unknown()));

const envelope = z.object({ type: z.string(), createdAt: z.optional(z.unknown()), data: z.optional(z.unknown()) });
const sentData = z.object({
  sender,
  conversation,
  mentionedUserIds,
  message: z.object({ ...messageFields, type: z.string() }),
});
const changedData = z.object({
  sender,
  conversation,
  message: z.object({ ...messageFields, type: z.nullish(z.string()) }),
});

type Changed = z.infer<typeof changedData>;

export interface ParseOptions extends Team {
  ours: OurUsers;
}

/**
 * Reads one webhook body for our users; throws `Rejected` 400 for what is not JSON or not the shape of its event.
 * Who spoke is told by the ids alone: `origin` says `rest` for every newer client, not only for us.
 */
export function parseTalkjs(body: Uint8Array, options: ParseOptions): Inbound | Ignored {
  const event = readShape(envelope, readJsonBody(body));
  if (event.type === 'message.sent') return parseSent(event.data, options);
  if (event.type === 'message.updated')
    return parseUpdated(readShape(changedData, event.data), event.createdAt, options.ours);
  if (event.type === 'message.deleted') return parseDeleted(readShape(changedData, event.data), options.ours);
  return { ignored: 'other event' };
}

/** What a `message.sent` says, in the form of its `data`. */
export function parseSent(unread: unknown, { ours, ...team }: ParseOptions): Sent | Intervened | Ignored {
  const data = readShape(sentData, unread);
  const ref = toRef(data);
  const nothing = (ignored: string): Ignored => ({ ignored, about: ref });
  const ignored = reasonToIgnore(data, ours);
  if (ignored !== undefined) return nothing(ignored);
  if (data.message.custom?.isTyping === 'true') return nothing('typing placeholder');
  const speaker = toSpeaker(data);
  if (speaker === undefined) return nothing('no sender');
  const content = readContent(data.message);
  const participants = data.conversation?.participants ?? undefined;
  const mentions = [...content.mentions.keys(), ...(data.mentionedUserIds ?? [])];
  const call = addressed({ participants, speaker, mentions }, oursIn(participants, ours), team);
  if (call.to === 'group') return nothing('group without mention');
  if (content.text.trim() === '' && content.attachments.length === 0) return nothing('empty message');
  const { attachments } = content;
  const text = isBackToUs(content, ours) ? '/bot' : content.text;
  if (call.to === 'team') return { event: 'intervened', ...ref, speaker, text, attachments };
  const { referencedMessageId } = data.message;
  const { bot } = call;
  return {
    event: 'sent',
    ...ref,
    speaker,
    text,
    attachments,
    ...(isId(referencedMessageId) ? { quotes: referencedMessageId } : {}),
    ...(bot ? { ...spokenTo(bot.name), ...pickContext(bot.context ?? [], fieldsOf(data)) } : {}),
    ...(call.to === 'perhaps' ? { among: call.among } : {}),
    ...(call.to === 'ask' && call.called
      ? { called: call.called, ...calledAs(content.mentions.get(bot?.userId ?? '')) }
      : {}),
    ...((call.to === 'ask' || call.to === 'perhaps') && call.ofTeam ? { ofTeam: call.ofTeam } : {}),
    ...(call.to === 'aside' ? { ofTeam: call.to } : {}),
  };
}

/** Where bots have to be called, so they are with the word that gives a conversation back. */
function isBackToUs({ text, mentions }: TalkjsContent, ours: OurUsers): boolean {
  return ours.some(({ userId }) => {
    const words = mentions.get(userId);
    return words !== undefined && isBack(text.replace(words, '').replace(/^\s*[,:]/, ''));
  });
}

/** Where TalkJS tells who was mentioned, and not where, the words do not show it. */
function calledAs(words: string | undefined): Pick<Sent, 'calledAs'> {
  return words === undefined ? {} : { calledAs: words };
}

/** What a bot may be told: of the author's own profile, never of another's. */
function fieldsOf({ sender, message, conversation }: Changed): object {
  const isAuthor = sender && (message.senderId ?? sender.id) === sender.id;
  return { conversation, ...(isAuthor ? { user: sender } : {}) };
}

function parseUpdated(data: Changed, eventTime: unknown, ours: OurUsers): Inbound | Ignored {
  const ref = toRef(data);
  const ignored = reasonToIgnore(data, ours);
  if (ignored !== undefined) return { ignored, about: ref };
  const { text, attachments } = readContent(data.message);
  const eventAt = time.safeParse(eventTime);
  const editedAt = Math.floor(data.message.editedAt ?? (eventAt.success ? eventAt.data : ref.createdAt));
  return { event: 'edited', ...ref, editedAt, text, attachments };
}

function parseDeleted(data: Changed, ours: OurUsers): Inbound | Ignored {
  const ref = toRef(data);
  const ignored = reasonToIgnore(data, ours);
  return ignored === undefined ? { event: 'deleted', ...ref } : { ignored, about: ref };
}

function reasonToIgnore(data: Changed, ours: OurUsers): string | undefined {
  const isOurs = (id: unknown) => ours.some(({ userId }) => userId === id);
  if (isOurs(data.message.senderId) || isOurs(data.sender?.id)) return 'own message';
  if ((data.message.type ?? 'UserMessage') !== 'UserMessage') return 'system message';
  if (oursIn(data.conversation?.participants ?? undefined, ours).length === 0) return 'not a participant';
  return undefined;
}

function toRef(data: Changed): MessageRef {
  const conversationId = data.conversation?.id ?? data.message.conversationId;
  if (!conversationId) throw malformed();
  return {
    platform: 'talkjs',
    conversation: conversationId,
    messageId: data.message.id,
    createdAt: Math.floor(data.message.createdAt),
  };
}

function toSpeaker(data: Changed): Speaker | undefined {
  const speakerId = data.message.senderId ?? data.sender?.id;
  if (!isId(speakerId)) return undefined;
  // A profile counts only when it is the one of the message's author.
  const profile = (data.sender?.id ?? speakerId) === speakerId ? data.sender : undefined;
  const email = firstOf(profile?.email);
  const phone = firstOf(profile?.phone);
  const role = firstOf(profile?.role);
  const locale = firstOf(profile?.locale);
  return {
    id: speakerId,
    ...(profile?.name ? { name: profile.name } : {}),
    ...(email ? { email } : {}),
    ...(phone ? { phone } : {}),
    ...(role ? { role } : {}),
    ...(locale ? { locale } : {}),
  };
}

/** TalkJS keeps e-mail addresses and phone numbers as lists, one string, or null. */
function firstOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

function malformed(): Rejected {
  return new Rejected(400, 'bad request');
}
