/** Stop 6, after Claude: a reply as long as an item of the table has room for. Pure. */
import { sizes } from '../bounds.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Speech } from '../text/sentences.ts';
import type { Reply } from '../types.ts';

/** What the note and the end of a block of code may take. */
const NOTE_BYTES = 200;

/** What is kept of a text (bytes) that is longer than a reply may be. */
export const KEPT_REPLY_BYTES = sizes.replyBytes - NOTE_BYTES;

/** The reply as it is stored and sent; one over 100 KB ends there and says so. */
export function fitReply(reply: Reply, speech: Speech): Reply {
  if (Buffer.byteLength(reply.text) <= sizes.replyBytes) return reply;
  // A question that was cut away is not asked.
  const { choices: _, pending: __, ...rest } = reply;
  const kept = cutToBytes(reply.text, KEPT_REPLY_BYTES);
  const sources = rest.sources?.filter(({ at }) => at <= kept.length);
  return {
    ...rest,
    text: `${kept}${endOfCode(kept)}\n\n${speech.cutShort}`,
    stop: 'too long',
    ...(sources ? { sources } : {}),
  };
}

/** The note would stand in the code that was cut: only a fence of the same mark, and no shorter, ends one, within its quote too. */
function endOfCode(text: string): string {
  let open: { lead: string; mark: string } | undefined;
  for (const [, lead = '', mark = '', rest = ''] of text.matchAll(/^([ \t>]{0,30})(`{3,30}|~{3,30})(.*)$/gm)) {
    if (open === undefined) open = { lead, mark };
    else if (mark.startsWith(open.mark) && rest.trim() === '') open = undefined;
  }
  return open ? `\n${open.lead}${open.mark}` : '';
}
