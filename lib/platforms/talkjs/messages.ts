/** Stop 7. The messages of a TalkJS conversation, as the API takes and lists them. */
import * as z from 'zod/mini';
import type { TalkjsAnswer, TalkjsApi, TalkjsRefusal } from './api.ts';

/** A message on its way out. TalkJS keeps one per `key` (for 24 h); `custom.replyKey`, by default the same, finds it again later. */
export interface Draft {
  key: string;
  text: string;
  custom?: Readonly<Record<string, string>>;
}

export interface Listed {
  id: string;
  senderId: string | null;
  createdAt: number | undefined;
  custom: Readonly<Record<string, unknown>>;
}

export interface TalkjsSeat {
  api: TalkjsApi;
  botId: string;
  conversation: string;
  signal: AbortSignal;
}

const idShape = z.object({ id: z.string().check(z.minLength(1), z.maxLength(255)) });
const listedShape = z.object({
  ...idShape.shape,
  senderId: z.nullish(z.string()),
  createdAt: z.nullish(z.number()),
  custom: z.nullish(z.record(z.string(), z.unknown())),
});
const pageShape = z.object({ data: z.array(z.unknown()) });

/** TalkJS lists 100 messages at most in one answer, and takes 10 at most in one call. */
const listLimit = 100;
export const maxBatch = 10;

/** Posts up to ten messages as the bot, in this order. */
export function postDrafts(
  { api, botId, conversation, signal }: TalkjsSeat,
  drafts: readonly Draft[],
): Promise<TalkjsAnswer> {
  const body = drafts.map(({ key, text, custom }) => ({
    type: 'UserMessage',
    sender: botId,
    text,
    custom: { replyKey: key, ...custom },
    idempotencyKey: key,
  }));
  return api({ method: 'POST', path: ['conversations', conversation, 'messages'], body, signal });
}

/** Changes a message; `null` takes a custom key away. */
export function edit(
  { api, conversation, signal }: TalkjsSeat,
  messageId: string,
  change: { text: string; custom: Readonly<Record<string, string | null>> },
): Promise<TalkjsAnswer> {
  return api({ method: 'PUT', path: ['conversations', conversation, 'messages', messageId], body: change, signal });
}

/** Takes a message away; one that is gone already is no failure. */
export async function remove({ api, conversation, signal }: TalkjsSeat, messageId: string): Promise<void> {
  await api({ method: 'DELETE', path: ['conversations', conversation, 'messages', messageId], signal });
}

/** The newest messages, newest first; what is not the shape of a message is left out. */
export async function listRecent({ api, conversation, signal }: TalkjsSeat): Promise<TalkjsRefusal | Listed[]> {
  const query = { limit: `${listLimit}` };
  const answer = await api({ method: 'GET', path: ['conversations', conversation, 'messages'], query, signal });
  if (!answer.ok) return answer;
  const page = pageShape.safeParse(answer.body);
  return page.success ? page.data.data.flatMap(toListed) : [];
}

/** One message, or nothing when it is gone. */
export async function find({ api, conversation, signal }: TalkjsSeat, messageId: string): Promise<Listed | undefined> {
  const answer = await api({ method: 'GET', path: ['conversations', conversation, 'messages', messageId], signal });
  return answer.ok ? toListed(answer.body)[0] : undefined;
}

/** The ids in an answer to `post`: one per draft, `undefined` where TalkJS named none. */
export function readIds(body: unknown, drafts: readonly Draft[]): (string | undefined)[] {
  const items: readonly unknown[] = Array.isArray(body) && body.length === drafts.length ? body : [];
  return drafts.map((_, index) => {
    const item = idShape.safeParse(items[index]);
    return item.success ? item.data.id : undefined;
  });
}

function toListed(item: unknown): Listed[] {
  const parsed = listedShape.safeParse(item);
  if (!parsed.success) return [];
  const { id, senderId, createdAt, custom } = parsed.data;
  return [{ id, senderId: senderId ?? null, createdAt: createdAt ?? undefined, custom: custom ?? {} }];
}
