/** Stop 6, in the first turn of a conversation: what was said there before the bot came is kept as one item, in front of the history. */
import { sizes } from '../bounds.ts';
import { errorName, labelsOf } from '../log.ts';
import { monthOf } from '../store/speakers.ts';
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
  { head, said, recent, forgottenAt }: { head: Sent; said: readonly Said[]; recent: Recent; forgottenAt: number },
): Promise<Recent> {
  const own = new Set(said.map(({ messageId }) => messageId));
  const isFirst = recent.turns.every(({ messageId }) => own.has(messageId));
  if (recent.earlier || !isFirst) return recent;
  try {
    const { earlier: lookUp } = platformOf(deps, head);
    if (!lookUp) return recent;
    const found = await lookUp(head, AbortSignal.timeout(PATIENCE_MS));
    const before = Math.min(...said.map(({ createdAt }) => createdAt));
    const fitting = newest(
      found.filter(({ id, at }) => at > forgottenAt && at < before && !own.has(id)),
      recent.conversation.team,
    );
    if (fitting.length === 0) return recent;
    const known = await unforgotten(deps.store, head, fitting);
    await deps.store.keepEarlier(head, known);
    return { ...recent, earlier: known };
  } catch (error) {
    deps.log('earlier-not-read', { ...labelsOf(head), error: errorName(error) });
    return recent;
  }
}

/** Without the words of users who were forgotten since; of the others it is noted where they have spoken. */
async function unforgotten(
  store: TurnDeps['store'],
  { platform, conversation, speaker, createdAt }: Sent,
  found: readonly Earlier[],
): Promise<Earlier[]> {
  const last = new Map(found.filter(({ by }) => by === 'user').map(({ from, at }) => [from, at]));
  const marks = await Promise.all(
    [...last].map(async ([user, at]) => {
      // Noted first: whoever forgets the user afterwards finds the place.
      const isNoted = user === speaker.id && monthOf(at) === monthOf(createdAt);
      if (!isNoted) await store.noteSpeaker({ platform, conversation, user }, at);
      return [user, (await store.marksOf({ platform, user })).forgottenAt] as const;
    }),
  );
  const forgotten = new Map(marks);
  return found.filter(({ from, at }) => at > (forgotten.get(from) ?? 0));
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
