/** Stop 6, in the first turn of a conversation: what was said there before the bot came is kept as one item, in front of the history. */
import { sizes } from '../bounds.ts';
import { errorName, labelsOf } from '../log.ts';
import type { Recent } from '../store/store.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Earlier, Said, Sent } from '../types.ts';
import { platformOf } from './ending.ts';
import type { TurnDeps } from './shapes.ts';

/** For the one request to the platform (ms): a courtesy, for which no answer waits longer. */
export const PATIENCE_MS = 5_000;

/** What is known of the conversation, with what its platform knows of the time before. A failure costs that, not the answer. Never throws. */
export async function withEarlier(
  deps: Pick<TurnDeps, 'platform' | 'store' | 'log'>,
  { head, said, recent }: { head: Sent; said: readonly Said[]; recent: Recent },
): Promise<Recent> {
  const own = new Set(said.map(({ messageId }) => messageId));
  const isFirst = recent.turns.every(({ messageId }) => own.has(messageId));
  if (recent.earlier || !isFirst) return recent;
  try {
    const { earlier: lookUp } = platformOf(deps, head);
    if (!lookUp) return recent;
    const [found, forgottenAt] = await Promise.all([
      lookUp(head, AbortSignal.timeout(PATIENCE_MS)),
      deps.store.forgottenAt(head),
    ]);
    const before = Math.min(...said.map(({ createdAt }) => createdAt));
    const fitting = newest(
      found.filter(({ id, at }) => at > forgottenAt && at < before && !own.has(id)),
      recent.conversation.team,
    );
    if (fitting.length === 0) return recent;
    await deps.store.keepEarlier(head, fitting);
    return { ...recent, earlier: fitting };
  } catch (error) {
    deps.log('earlier-not-read', { ...labelsOf(head), error: errorName(error) });
    return recent;
  }
}

/** The newest that fit into the item, oldest first, each cut to a message's fair share. */
function newest(found: readonly Earlier[], team: readonly string[]): Earlier[] {
  let room: number = sizes.earlierBytes;
  const kept: Earlier[] = [];
  for (const one of found.toSorted((a, b) => b.at - a.at)) {
    const text = cutToBytes(one.text, sizes.earlierTextBytes);
    room -= Buffer.byteLength(text) + Buffer.byteLength(one.id) + Buffer.byteLength(one.from) + FRAME_BYTES;
    if (room < 0) break;
    kept.unshift({ ...one, text, by: team.includes(one.from) ? 'team' : one.by });
  }
  return kept;
}

/** Names of attributes, times and types. */
const FRAME_BYTES = 60;
