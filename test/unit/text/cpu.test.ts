/** What strangers and a hijacked model may write is read in a time that grows with its length alone. */
import { describe, expect, it } from 'vitest';
import { toTalkjs } from '../../../lib/platforms/talkjs/markup.ts';
import { redactContacts, redactSecrets } from '../../../lib/records/redact.ts';
import { guard } from '../../../lib/text/guard.ts';
import { keepHarmless } from '../../../lib/text/harmless.ts';
import { harmlessStart } from '../../../lib/text/harmless-start.ts';
import { split } from '../../../lib/text/split.ts';
import { cpuMs, worstTexts } from '../../harness/worst-texts.ts';

const LONGEST = 100 * 1024;

/** Ten times what each may take (20 ms), so that it is the growth that fails and not the machine: what is quadratic takes seconds. */
const GENEROUS_MS = 200;

describe('the worst texts of their longest', () => {
  it.each<[string, number, (text: string) => void]>([
    ['guard', LONGEST, (text) => guard(text, { maxChars: 0 })],
    ['redact', LONGEST, (text) => redactContacts(redactSecrets(text))],
    ['keepHarmless', LONGEST, (text) => keepHarmless(`${text}<b>`)],
    ['harmlessStart', LONGEST, (text) => harmlessStart(`${text}<b>`)],
    ['split', LONGEST, (text) => split(text, 4_000)],
    ['toTalkjs', 4_000, (text) => toTalkjs(text)],
  ])('are read in no time by %s', (_name, chars, read) => {
    const isSlow = (text: string, runs: number) => cpuMs(() => read(text), runs) > GENEROUS_MS;
    const slow = worstTexts(chars).filter((text) => isSlow(text, 1) && isSlow(text, 4));

    expect(slow.map((text) => text.slice(0, 40))).toEqual([]);
  });
});
