/** Room of /chat: what was said and answered in a session, as its caller sees it. Pure. */
import { partsOfSk } from '../store/store.ts';
import type { Attachment, Source, Turn, Usage } from '../types.ts';

export interface Line {
  role: 'user' | 'assistant';
  text: string;
  /** The turn that both lines of an exchange belong to. */
  turn: string;
  /** ISO 8601, of the user's message. */
  at: string;
  attachments?: Attachment[];
  choices?: readonly string[];
  /** What the answer is from. */
  sources?: readonly Source[];
  usage?: Usage;
  usd?: number;
  cost?: 'estimated' | 'unknown';
  stop?: string;
}

/** Only what was answered, and what the bot said unasked, oldest first. */
export function linesOf(turns: readonly Turn[]): Line[] {
  return turns.flatMap(({ sk, state, said, reply }) => {
    const isAnswered = state === 'DELIVERED' || state === 'ANSWERED';
    if (!isAnswered || !reply || reply.kind === 'apology') return [];
    const { messageId: turn, createdAt } = said[0] ?? partsOfSk(sk);
    const at = new Date(createdAt).toISOString();
    const { text, choices, sources, usage, usd, cost, stop } = reply;
    const asked = said.map(
      (one): Line => ({
        role: 'user',
        text: one.text,
        turn,
        at,
        ...(one.attachments.length > 0 ? { attachments: one.attachments } : {}),
      }),
    );
    return [
      ...asked,
      {
        role: 'assistant',
        text,
        turn,
        at,
        ...(choices ? { choices } : {}),
        ...(sources?.length ? { sources } : {}),
        ...(usage ? { usage } : {}),
        ...(usd === undefined ? {} : { usd }),
        ...(cost ? { cost } : {}),
        stop,
      },
    ];
  });
}
