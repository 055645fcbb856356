/** Stop 3 for /chat: a request of the AI SDK's `DefaultChatTransport` → what is said in it. All but its newest message is the page's own memory. Pure. */
import * as z from 'zod/mini';
import type { Speech } from '../text/sentences.ts';
import type { Approval } from './approval.ts';
import { ChatFailure } from './failure.ts';

/** What is said, as a body of ours, and under which key it is one message. */
export interface UiAsked {
  body: { message: string; attachments: unknown[]; user?: unknown; context?: unknown };
  idempotencyKey: string;
  approval?: Approval;
  isAnew: boolean;
}

const id = z.string().check(z.minLength(1), z.maxLength(200));

const requestShape = z.object({
  messages: z.array(z.unknown()),
  trigger: z.optional(z.string()),
  user: z.optional(z.unknown()),
  context: z.optional(z.unknown()),
});

const userShape = z.object({
  id,
  role: z.literal('user'),
  parts: z.array(
    z.looseObject({
      type: z.string(),
      text: z.optional(z.string()),
      url: z.optional(z.string()),
      filename: z.optional(z.string()),
    }),
  ),
});

const approvedShape = z.object({
  role: z.literal('assistant'),
  parts: z.array(z.unknown()),
});

/** A call that the user was asked about, with the answer. */
const answeredShape = z.looseObject({
  type: z.string(),
  toolName: z.optional(z.string()),
  toolCallId: id,
  state: z.literal('approval-responded'),
  input: z.unknown(),
  approval: z.object({ id, approved: z.boolean() }),
});

/** Whether a body is one of the AI SDK. */
export function isUiBody(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'messages' in body;
}

/** Throws a `ChatFailure`, 400. The answer to a question is what its button says in the language of `speech`. */
export function readUi(value: unknown, speech: Speech): UiAsked {
  const request = requestShape.safeParse(value);
  const newest = request.data?.messages.at(-1);
  if (!request.success || newest === undefined)
    throw bad('"messages" must be a list that ends with what the user says.');
  const { user, context, trigger } = request.data;
  const told = { ...(user === undefined ? {} : { user }), ...(context === undefined ? {} : { context }) };
  const isAnew = trigger === 'regenerate-message';
  const said = userShape.safeParse(newest);
  if (said.success) {
    const { parts } = said.data;
    const message = parts.flatMap(({ type, text }) => (type === 'text' && text ? [text] : [])).join('\n\n');
    const attachments = parts.filter(({ type }) => type === 'file').map(attachmentOf);
    return { body: { message, attachments, ...told }, idempotencyKey: said.data.id, isAnew };
  }
  const approval = approvalIn(newest);
  if (!approval) throw bad('The last of "messages" must be of the user, or answer the question of a tool.');
  const message = approval.isApproved ? speech.yes : speech.no;
  return { body: { message, attachments: [], ...told }, idempotencyKey: `approval:${approval.turn}`, approval, isAnew };
}

function attachmentOf({ url, filename }: { url?: string | undefined; filename?: string | undefined }) {
  if (!url || !/^https?:/.test(url)) {
    throw bad(
      'A file must be at an https address: upload it first, and send its "url". Files inside the message are not taken.',
    );
  }
  return { url, ...(filename ? { name: filename } : {}) };
}

function approvalIn(message: unknown): Approval | undefined {
  const parts = approvedShape.safeParse(message).data?.parts ?? [];
  const answered = parts.map((part) => answeredShape.safeParse(part).data).findLast((part) => part !== undefined);
  if (!answered) return undefined;
  const { type, toolName = type.replace(/^tool-/, ''), toolCallId, input, approval } = answered;
  return { turn: approval.id, tool: toolName, input, isApproved: approval.approved, callId: toolCallId };
}

function bad(message: string): ChatFailure {
  return new ChatFailure('bad_request', message);
}
