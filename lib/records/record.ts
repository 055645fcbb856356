/** Stop 8. One call of a model as the records keep it, and as Reconify wants it posted. Pure. */
import { pseudonym } from '../log.ts';
import type { Usage } from '../types.ts';
import { withDocumentsNamed } from './documents.ts';
import { redactContacts, redacted, redactSecrets } from './redact.ts';

export type LogType = 'chat' | 'completion';

/** A JSON object whose inside is not ours to know. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Everything of a record but the keys: what the records queue carries. `format` and `version` only where a service named its own. */
export interface CallRecord {
  type: LogType;
  format?: string;
  version?: string;
  /** ms since the epoch. */
  timestamps: { request: number; response?: number };
  /** The message that it is about, for our own log lines: it is not posted. Not in what others hand in. */
  inbound?: string;
  /** When that was said (ms), so that it can be told whether it was forgotten since. Not posted either. */
  saidAt?: number;
  /** Letters and digits. */
  session?: string;
  /** Minutes. */
  sessionTimeout?: number;
  user?: JsonObject;
  request: object;
  response: object;
  /** What spans are made of, where they are wanted; never posted to Reconify. Not in what others hand in. */
  call?: CallFacts;
  /** It is no call, but what a user thinks of an answer. */
  rating?: { value: 'positive' | 'negative'; comment?: string };
}

/** A tool that ran before a call: for which call of Claude's, in which of its messages, from when to when (ms). */
export interface RanTool {
  id: string;
  name: string;
  startedAt: number;
  endedAt: number;
  error?: string;
  askedBy?: string;
}

/** What is known of a call besides what was sent and what came back. */
export interface CallFacts {
  platform: string;
  /** Through whom Claude was asked. */
  provider?: 'anthropic' | 'bedrock' | undefined;
  /** Which bot asked, and a hash of its prompt. */
  bot?: string | undefined;
  promptHash?: string | undefined;
  usage?: Usage | undefined;
  usd?: number | undefined;
  /** How `usd` is known, if not by the API's own count. */
  cost?: 'estimated' | 'unknown' | undefined;
  firstTextMs?: number | undefined;
  tries?: number | undefined;
  /** The API's own, to quote when asking them. */
  requestId?: string | undefined;
  /** The answer broke off. */
  isPartial?: boolean | undefined;
  ran?: readonly RanTool[] | undefined;
}

/** What the answering side tells of a call: who it was about, what was sent, what came back; times in ms since the epoch. */
export interface RecordedCall extends Omit<CallFacts, 'platform'> {
  about: {
    platform: string;
    conversation: string;
    messageId: string;
    createdAt: number;
    speaker: { id: string; name?: string; email?: string; phone?: string };
  };
  request: object;
  response: object;
  requestedAt: number;
  respondedAt: number;
}

/** What a user thinks of an answer; `at` in ms. */
export interface RecordedRating {
  /** Of the message that was answered. */
  about: { platform: string; conversation: string; messageId: string };
  bot: string;
  promptHash: string | undefined;
  value: 'positive' | 'negative';
  comment: string | undefined;
  /** The id of the user. */
  by: string | undefined;
  at: number;
}

/** The record of it; the comment as `content` lets words be told. */
export function ratingRecordOf(
  { about: { platform, conversation, messageId }, bot, promptHash, value, comment, by, at }: RecordedRating,
  content: 'off' | 'redacted' | 'full',
): CallRecord {
  const told = content === 'off' || comment === undefined ? undefined : redactSecrets(comment);
  return {
    type: 'chat',
    timestamps: { request: at },
    inbound: messageId,
    saidAt: at,
    session: pseudonym(platform, conversation),
    ...(by === undefined ? {} : { user: { userId: pseudonym(platform, by) } }),
    request: {},
    response: {},
    call: { platform, bot, promptHash },
    rating: { value, ...(told === undefined ? {} : { comment: content === 'redacted' ? redactContacts(told) : told }) },
  };
}

export interface RecordOptions {
  sendUserDetails: boolean;
  redactContacts: boolean;
  /** Spans are made of it, too. */
  hasFacts: boolean;
  /** Without it only what is counted is kept of request and response: no words. */
  hasContent: boolean;
}

/** The record of a call of our own, without keys, tokens, file contents and thinking signatures. */
export function recordOf(call: RecordedCall, options: RecordOptions): CallRecord {
  const { platform, conversation, messageId, createdAt, speaker } = call.about;
  const hook = options.redactContacts ? (text: string) => redactContacts(redactSecrets(text)) : redactSecrets;
  return {
    type: 'chat',
    timestamps: { request: call.requestedAt, response: call.respondedAt },
    inbound: messageId,
    saidAt: createdAt,
    session: pseudonym(platform, conversation),
    user: { userId: pseudonym(platform, speaker.id), ...(options.sendUserDetails ? detailsOf(call.about) : {}) },
    // The SDK adds `stream` to every request that it streams; the answer is logged as if it had not been.
    request: redacted({ ...contentOf(call.request, options), stream: true }, hook),
    response: redacted(asAnswered(options.hasContent ? call.response : pick(call.response, COUNTED)), hook),
    ...(options.hasFacts ? { call: factsOf(call) } : {}),
  };
}

function contentOf(request: object, { hasContent }: Pick<RecordOptions, 'hasContent'>): object {
  return hasContent ? withDocumentsNamed(request) : pick(request, COUNTED);
}

/** The fields of request and response that hold no words of anybody; of an error its type. */
const COUNTED = ['id', 'model', 'max_tokens', 'output_config', 'stop_reason', 'usage', 'error.type'];

function pick(value: object, names: readonly string[]): object {
  const fields = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    if (names.includes(name)) return [[name, item]];
    const inner = names.flatMap((path) => (path.startsWith(`${name}.`) ? path.slice(name.length + 1) : []));
    return inner.length > 0 && typeof item === 'object' && item !== null ? [[name, pick(item, inner)]] : [];
  });
  return Object.fromEntries(fields);
}

function factsOf(call: RecordedCall): CallFacts {
  const { provider, bot, promptHash, usage, usd, cost, firstTextMs, tries, requestId, isPartial, ran } = call;
  const { platform } = call.about;
  return { platform, provider, bot, promptHash, usage, usd, cost, firstTextMs, tries, requestId, isPartial, ran };
}

/** Without what the SDK adds to the message that it assembles. */
function asAnswered(response: object): object {
  const { parsed_output: _, ...message } = response as { parsed_output?: unknown; content?: unknown };
  if (!Array.isArray(message.content)) return message;
  const content = message.content.map(({ parsed_output: _, ...block }: { parsed_output?: unknown }) => block);
  return { ...message, content };
}

function detailsOf({ platform, speaker: { name = '', email, phone } }: RecordedCall['about']): JsonObject {
  const [firstName, ...others] = name.trim().split(/\s+/);
  return {
    // A platform vouches for its users; on plain HTTP an id is whatever the caller says.
    isAuthenticated: platform === 'http' ? 0 : 1,
    ...(firstName ? { firstName } : {}),
    ...(others.length > 0 ? { lastName: others.join(' ') } : {}),
    ...(email ? { email } : {}),
    ...(phone ? { phone } : {}),
  };
}

export interface PayloadSettings {
  appKey: string;
  apiKey: string;
  format: string;
  version: string;
  sessionTimeoutMinutes: number | undefined;
}

/** The version under which Reconify documents the shape of text completions. */
const COMPLETION_VERSION = '2.1.0';

/** What is posted. The keys come in here, at the last moment, and go nowhere else. */
export function payloadOf(record: CallRecord, settings: PayloadSettings): JsonObject {
  const { type, timestamps, session, user, request, response } = record;
  const sessionTimeout = record.sessionTimeout ?? settings.sessionTimeoutMinutes;
  return {
    reconify: {
      format: record.format ?? settings.format,
      type,
      version: record.version ?? (type === 'completion' ? COMPLETION_VERSION : settings.version),
      appKey: settings.appKey,
      apiKey: settings.apiKey,
    },
    timestamps,
    ...(session === undefined ? {} : { session }),
    ...(sessionTimeout === undefined ? {} : { sessionTimeout }),
    ...(user === undefined ? {} : { user }),
    request,
    response,
  };
}
