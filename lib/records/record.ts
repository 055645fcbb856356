/** Stop 8. One call of a model as the interaction log keeps it, and as Reconify wants it posted. Pure. */
import { pseudonym } from '../log.ts';
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
  /** Letters and digits. */
  session?: string;
  /** Minutes. */
  sessionTimeout?: number;
  user?: JsonObject;
  request: object;
  response: object;
}

/** What the answering side tells of a call: who it was about, what was sent, what came back; times in ms since the epoch. */
export interface RecordedCall {
  about: {
    platform: string;
    conversation: string;
    messageId: string;
    speaker: { id: string; name?: string; email?: string; phone?: string };
  };
  request: object;
  response: object;
  requestedAt: number;
  respondedAt: number;
}

export interface RecordOptions {
  sendUserDetails: boolean;
  redactContacts: boolean;
}

/** The record of a call of our own, without keys, tokens, file contents and thinking signatures. */
export function recordOf(call: RecordedCall, options: RecordOptions): CallRecord {
  const { platform, conversation, messageId, speaker } = call.about;
  const hook = options.redactContacts ? (text: string) => redactContacts(redactSecrets(text)) : redactSecrets;
  return {
    type: 'chat',
    timestamps: { request: call.requestedAt, response: call.respondedAt },
    inbound: messageId,
    session: pseudonym(platform, conversation),
    user: { userId: pseudonym(platform, speaker.id), ...(options.sendUserDetails ? detailsOf(call.about) : {}) },
    // The SDK adds `stream` to every request that it streams; the answer is logged as if it had not been.
    request: redacted({ ...call.request, stream: true }, hook),
    response: redacted(asAnswered(call.response), hook),
  };
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
