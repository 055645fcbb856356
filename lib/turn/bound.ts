/** Stop 3, for every door with a queue: what was parsed, within the bounds of queue and table. Pure. */
import { sizes } from '../bounds.ts';
import { Rejected } from '../errors.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Inbound, Speaker } from '../types.ts';
import { keepFiles } from './hear.ts';

/** Control characters separate the parts of keys and groups, and forge lines of logs. */
const CONTROL = /\p{Cc}/u;

/**
 * Ids are taken as they are or not at all, as a part of one would be another's: throws `Rejected` 400. What is shown, such as names, is
 * cut, and files beyond the bounds are left out and counted.
 */
export function bound(inbound: Inbound): Inbound {
  checkIds([inbound.conversation, inbound.messageId]);
  if (inbound.event === 'deleted' || inbound.event === 'due' || inbound.event === 'say') return inbound;
  const files = keepFiles(inbound, sizes.saidBytes);
  if (inbound.event === 'edited') return { ...inbound, ...files };
  if ('quotes' in inbound && inbound.quotes !== undefined) checkIds([inbound.quotes]);
  checkIds([inbound.speaker.id, ...('among' in inbound ? (inbound.among ?? []) : [])]);
  return { ...inbound, ...files, speaker: shortened(inbound.speaker) };
}

/** Whether it can be an id of somebody or something: two that differ stay two in the table, and nobody forges a key with it. */
export function isSound(id: string): boolean {
  return id.isWellFormed() && !CONTROL.test(id) && id.length <= sizes.idChars;
}

function checkIds(ids: readonly string[]): void {
  if (!ids.every(isSound)) throw new Rejected(400, 'bad request', { cause: 'an id that cannot be one' });
}

/** Each of its words within the bound of a name. */
function shortened(speaker: Speaker): Speaker {
  const cut: Speaker & Record<string, string> = { ...speaker };
  for (const name in cut) if (name !== 'id') cut[name] = cutToBytes(cut[name] ?? '', sizes.nameBytes);
  return cut;
}
