/** Room of TalkJS: shows there that a conversation waits for people. The team's user joins it, and inboxes can filter by `custom.handoff`. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import type { TalkjsApi } from './api.ts';

export type HandoffState = 'waiting' | 'taken' | 'returned';

const conversationShape = z.object({
  participants: z.nullish(z.record(z.string(), z.unknown())),
  custom: z.nullish(z.record(z.string(), z.unknown())),
});

/**
 * At most three requests, and one where it is shown already; who takes part is left as they are. Gives why it never will be, such as a
 * conversation or a user that is gone. Throws `Later` while TalkJS is away or has had enough of us.
 */
export function talkjsHandoff(handoffUser: string, api: TalkjsApi) {
  return async (conversation: string, state: HandoffState, signal: AbortSignal): Promise<string | undefined> => {
    const path = ['conversations', conversation];
    const found = await api({ method: 'GET', path, signal });
    if (!found.ok) return refusal(found);
    const shape = conversationShape.safeParse(found.body);
    if (!shape.success) throw new Later('talkjs: a conversation that cannot be read');
    const { participants, custom } = shape.data;
    if (state === 'waiting' && !Object.hasOwn(participants ?? {}, handoffUser)) {
      const body = { access: 'ReadWrite', notify: true };
      const joined = await api({ method: 'PUT', path: [...path, 'participants', handoffUser], body, signal });
      if (!joined.ok) return refusal(joined);
    }
    if (custom?.handoff === state) return undefined;
    const shown = await api({ method: 'PUT', path, body: { custom: { handoff: state } }, signal });
    return shown.ok ? undefined : refusal(shown);
  };
}

function refusal({ status, errorCode }: { status: number; errorCode: string }): string {
  return `talkjs: ${status} ${errorCode}`.trim();
}
