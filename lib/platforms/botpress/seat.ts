/** Stop 7. One conversation at Botpress, as our chat user sees it. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import type { BotpressApi, Settled } from './api.ts';
import type { Part } from './parts.ts';

export interface BotpressSeat {
  api: BotpressApi;
  conversation: string;
  botUserId: string;
  userKey: string;
  signal: AbortSignal;
}

const createdShape = z.object({ message: z.object({ id: z.string() }) });
const pageShape = z.object({ messages: z.array(z.unknown()), meta: z.object({ nextToken: z.nullish(z.string()) }) });
const listedShape = z.object({
  id: z.string(),
  createdAt: z.string(),
  userId: z.string(),
  metadata: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
});

/** What was posted a moment ago is on the first page; a second one leaves room for others who write. */
const pagesOfAMoment = 2;
/** About 1,000 messages after the question: more than anybody reads back. */
const maxPages = 50;

/** Posts one message. Where no answer comes it is looked for before it is posted again. */
export function postPart(seat: BotpressSeat, part: Part): Promise<Settled> {
  const { api, conversation, userKey, signal } = seat;
  const { replyId, sources } = part;
  return api({
    method: 'POST',
    path: ['messages'],
    body: {
      conversationId: conversation,
      payload: payloadOf(part),
      metadata: { replyId, ...(sources ? { sources } : {}) },
    },
    userKey,
    signal,
    findDone: async () => {
      const sent = await findSent(seat, new Set([replyId]));
      const id = sent.kind === 'done' ? sent.body.get(replyId) : undefined;
      return id === undefined ? undefined : { kind: 'done', body: { message: { id } } };
    },
  });
}

/** What a click says is the label, as a text of the user. */
function payloadOf({ markdown, choices }: Part): object {
  if (!choices) return { type: 'markdown', markdown };
  return { type: 'choice', text: markdown, options: choices.map((label) => ({ label, value: label })) };
}

/** The id of a message that was created, if Botpress named it. */
export function idOf(body: unknown): string | undefined {
  const created = createdShape.safeParse(body);
  return created.success ? created.data.message.id : undefined;
}

/**
 * Our own messages among the recent ones by their `replyId`, back to `since` (ms), else only the newest; or Botpress' refusal to
 * show them. Others can set metadata too, so theirs do not count.
 */
export async function findSent(
  seat: BotpressSeat,
  wanted: ReadonlySet<string>,
  since?: number,
): Promise<Settled<ReadonlyMap<string, string>>> {
  const found = new Map<string, string>();
  let nextToken: string | undefined;
  for (let page = 0; page < (since === undefined ? pagesOfAMoment : maxPages); page++) {
    const answer = await listPage(seat, nextToken);
    if (answer.kind === 'refused') return answer;
    const parsed = pageShape.safeParse(answer.body);
    if (!parsed.success) throw new Later('botpress: a page of messages in an unknown shape');
    const listed = parsed.data.messages.flatMap(toListed);
    for (const { id, userId, replyId } of listed)
      if (userId === seat.botUserId && typeof replyId === 'string' && wanted.has(replyId)) found.set(replyId, id);
    nextToken = parsed.data.meta.nextToken ?? undefined;
    const isFarEnough = since !== undefined && listed.some(({ createdAt }) => createdAt < since);
    if (found.size === wanted.size || nextToken === undefined || isFarEnough) break;
  }
  return { kind: 'done', body: found };
}

/** A page of the conversation's messages, newest first. */
export function listPage(
  { api, conversation, userKey, signal }: BotpressSeat,
  nextToken: string | undefined,
): Promise<Settled> {
  const path = ['conversations', conversation, 'messages'];
  return api({ method: 'GET', path, userKey, signal, ...(nextToken ? { query: { nextToken } } : {}) });
}

function toListed(item: unknown) {
  const parsed = listedShape.safeParse(item);
  if (!parsed.success) return [];
  const { id, userId, createdAt, metadata } = parsed.data;
  return [{ id, userId, createdAt: Date.parse(createdAt), replyId: metadata?.replyId }];
}
