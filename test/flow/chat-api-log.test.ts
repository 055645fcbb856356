/** The log of a conversation's signals: one number after the other, whoever writes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openSignalLog, type SignalLog } from '../../lib/store/chat-api/signals.ts';
import { openTable, type Table } from '../../lib/store/items.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { makeTable } from '../harness/tables.ts';

let table: Table;
let log: SignalLog;
let clock = 1_760_000_000_000;

beforeAll(async () => {
  table = openTable(openDynamo(), await makeTable());
  log = openSignalLog(table, () => clock);
});

const entry = (ref: string, messageAt?: number) => ({ ref, signal: `{"ref":"${ref}"}`, messageAt });

describe('the log', () => {
  it('numbers what a hundred writers tell at once without a gap, and takes each once', async () => {
    const written = await Promise.all(Array.from({ length: 100 }, (_, i) => log.append('crowd', entry(`w${i}`))));

    const first = await log.after('crowd', 0);
    const entries = [...first, ...(await log.after('crowd', first.length))];
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(new Set(entries.map(({ ref }) => ref)).size).toBe(100);
    expect(written.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(entries.map(({ seq }) => seq));
  });

  it('goes on from an entry that somebody has seen, even when others were quicker', async () => {
    const first = await log.append('seen', entry('a'));
    await log.append('seen', entry('b'), first);

    const late = await log.append('seen', entry('c'), first);

    expect(late.seq).toBe(3);
  });

  it('remembers when the newest message was, through signals that are none', async () => {
    await log.append('times', entry('message', clock + 5));
    await log.append('times', entry('participant'));
    await log.append('times', entry('older message', clock));

    expect((await log.head('times'))?.messageAt).toBe(clock + 5);
  });

  it('gives what is recent, and finds what was told, however far back the writer was', async () => {
    for (let i = 0; i < 60; i++) {
      clock += 100;
      await log.append('long', entry(`r${i}`));
    }

    const { entries, last } = await log.recent('long', clock - 2_000);

    expect(entries.map(({ ref }) => ref)).toEqual(Array.from({ length: 21 }, (_, i) => `r${39 + i}`));
    expect(last?.ref).toBe('r59');
    expect(await log.has('long', 'r3', clock - 6_000)).toBe(true);
    expect(await log.has('long', 'never', clock - 6_000)).toBe(false);
  });

  it('does not take another entry of the same number for the one a client has seen', async () => {
    const seen = await log.append('expired', entry('a'));
    await log.clear('expired');
    clock += 48 * 3600 * 1000;
    await log.append('expired', entry('b'));

    expect(await log.holds('expired', seen)).toBe(false);
    expect(await log.holds('expired', { seq: 1, at: clock })).toBe(true);
    expect(await log.holds('expired', { seq: 2, at: clock })).toBe(false);
  });
});
