/** Stop 5. Which of the messages that wait in a conversation are answered in one turn. Pure. */
import { sizes } from '../bounds.ts';
import { isBack } from '../text/back.ts';
import type { Sent } from '../types.ts';
import type { Delivery } from './shapes.ts';

/**
 * The messages at the head of the line, in its order. They end at another speaker, so that everybody is answered, counted and charged
 * for what they said; at a message to another bot; where their words and links would pass 100 KB; and where something else waits. A message that was redriven, or
 * that may be for somebody else, stands alone.
 */
export function burstOf(waiting: readonly Delivery[]): [Sent, ...Sent[]] {
  const burst = new Map<string, Sent>();
  let bytes = 0;
  for (const { inbound, generation } of waiting) {
    const [first] = burst.values();
    if (inbound.event !== 'sent') break;
    bytes += weightOf(inbound);
    const standsAlone = generation > 0 || isPerhapsForOthers(inbound);
    const { speaker, bot } = first ?? inbound;
    const isOver = bytes > sizes.textBytes || inbound.speaker.id !== speaker.id || inbound.bot !== bot;
    if (first && (standsAlone || isOver)) break;
    // A message that the queue took twice, five minutes apart, is in line twice.
    burst.set(inbound.messageId, inbound);
    if (standsAlone) break;
  }
  return [...burst.values()] as [Sent, ...Sent[]];
}

function isPerhapsForOthers({ among, ofTeam, text }: Sent): boolean {
  return among !== undefined || ofTeam === 'aside' || (ofTeam !== undefined && isBack(text));
}

function weightOf({ text, attachments }: Sent): number {
  return attachments.reduce((sum, { url, name = '' }) => sum + byteLength(url) + byteLength(name), byteLength(text));
}

const { byteLength } = Buffer;
