/** The clocks of a stream: hold, ping, look and end. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { crowds } from '../../../lib/bounds.ts';
import { listen } from '../../../lib/chat-api/listen.ts';
import { plainVoice } from '../../../lib/chat-api/plain-voice.ts';
import { noShare, openShare, type Share } from '../../../lib/chat-api/share.ts';
import { type Entry, PAGE_ENTRIES } from '../../../lib/store/chat-api/signals.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_760_000_000_000 }));
afterEach(() => void vi.useRealTimers());

function entry(seq: number, signal = JSON.stringify({ type: 'x', data: seq })): Entry {
  return { seq, at: Date.now(), ref: `r${seq}`, signal, messageAt: 0 };
}

interface Opening {
  share?: Share;
  windowMs?: number;
  /** What was told before the stream was opened. */
  log?: Entry[];
  lastEventId?: string;
}

/** A stream over a log that the test writes; `told` is what came, with the ms since the beginning. */
function open({ share = noShare, windowMs = 120_000, log = [], lastEventId }: Opening = {}) {
  const looks = { count: 0, isDown: false };
  let isParticipant = true;
  const startedAt = Date.now();
  const leaving = new AbortController();
  const told: [number, string][] = [];
  const signals = {
    recent: async (_key: string, since: number) => ({ entries: log.filter(({ at }) => at >= since), last: log.at(-1) }),
    after: async (_key: string, seq: number) => {
      looks.count += 1;
      if (looks.isDown) throw new Error('no table');
      return log.filter((one) => one.seq > seq).slice(0, PAGE_ENTRIES);
    },
    holds: async (_key: string, { seq }: { seq: number }) => log.some((one) => one.seq === seq),
  };
  const deps = {
    signals: signals as never,
    share,
    isParticipant: async () => isParticipant,
    now: Date.now,
    log: () => {},
  };
  const pieces = listen(deps, {
    conversation: { id: 'c', key: 'k', owner: 'u', createdAt: 0 },
    userId: 'u',
    voice: plainVoice({ signals: signals as never, now: Date.now, key: 'k', lastEventId }),
    closesAt: startedAt + windowMs,
    signal: leaving.signal,
  });
  const ended = (async () => {
    for await (const piece of pieces) told.push([Date.now() - startedAt, piece]);
    return Date.now() - startedAt;
  })();
  return {
    log,
    looks,
    told,
    ended,
    leave: () => leaving.abort(),
    remove: () => {
      isParticipant = false;
    },
  };
}

const PING = 'event: message\ndata: ping\n\n';

describe('a stream', () => {
  it('holds what it has for 100 ms after its head', async () => {
    const share = openShare();
    const stream = open({ share });
    await vi.advanceTimersByTimeAsync(0);
    const first = entry(1);
    stream.log.push(first);
    share.tell('k', first);

    await vi.advanceTimersByTimeAsync(99);
    const held = [...stream.told];
    await vi.advanceTimersByTimeAsync(1);

    expect(held).toEqual([[0, ':ok\n\n']]);
    expect(stream.told[1]).toEqual([100, `id: 1-${first.at}\nevent: message\ndata: {"type":"x","data":1}\n\n`]);
    stream.leave();
  });

  it('looks into the table once a second, and pings when nothing came for 20 seconds', async () => {
    const stream = open();

    await vi.advanceTimersByTimeAsync(60_500);

    expect(stream.looks.count).toBe(60);
    expect(stream.told.slice(1).map(([, piece]) => piece)).toEqual([PING, PING, PING]);
    expect(stream.told.slice(1).map(([at]) => Math.round(at / 1000))).toEqual([20, 40, 60]);
    stream.leave();
  });

  it('goes on when the table does not answer, and tells afterwards what it missed', async () => {
    const stream = open();
    await vi.advanceTimersByTimeAsync(500);
    stream.looks.isDown = true;
    stream.log.push(entry(1));
    await vi.advanceTimersByTimeAsync(5_000);
    const before = stream.told.length;

    stream.looks.isDown = false;
    await vi.advanceTimersByTimeAsync(1_000);

    expect(before).toBe(1);
    expect(stream.told).toHaveLength(2);
    stream.leave();
  });

  it('tells at once what its process tells it, and reads the table where a number is missing', async () => {
    const share = openShare();
    const stream = open({ share });
    await vi.advanceTimersByTimeAsync(100);
    const [first, second, third] = [entry(1), entry(2), entry(3)];

    stream.log.push(first);
    share.tell('k', first);
    await vi.advanceTimersByTimeAsync(0);
    const looksSoFar = stream.looks.count;
    stream.log.push(second, third);
    share.tell('k', third);
    share.tell('k', first);
    await vi.advanceTimersByTimeAsync(0);

    expect(looksSoFar).toBe(0);
    expect(stream.looks.count).toBe(1);
    expect(
      stream.told
        .slice(1)
        .join('')
        .match(/id: \d+/g),
    ).toEqual(['id: 1', 'id: 2', 'id: 3']);
    stream.leave();
  });

  it('reads from the table what a slow client let pile up', async () => {
    const share = openShare();
    const stream = open({ share });
    await vi.advanceTimersByTimeAsync(100);

    for (let seq = 1; seq <= 500; seq++) {
      const next = entry(seq);
      stream.log.push(next);
      share.tell('k', next);
    }
    await vi.advanceTimersByTimeAsync(1_000);

    const numbers = stream.told
      .map(([, piece]) => piece)
      .join('')
      .match(/id: \d+/g);
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, i) => `id: ${i + 1}`));
    stream.leave();
  });

  it('ends with its window, with its client, and with a membership that ended unsaid', async () => {
    const [closing, left, removed] = [open({ windowMs: 30_000 }), open(), open()];
    await vi.advanceTimersByTimeAsync(5_000);

    left.leave();
    removed.remove();
    await vi.advanceTimersByTimeAsync(40_000);

    expect(await Promise.all([closing.ended, left.ended, removed.ended])).toEqual([30_000, 5_000, 20_100]);
  });
});

describe('a stream that is resumed', () => {
  /** How many entries it is told at first of so many that it missed, a minute ago, each of `bytes`. */
  async function toldOf(missed: number, bytes = 10): Promise<number> {
    const log = Array.from({ length: missed + 1 }, (_, i) => entry(i + 1, 'x'.repeat(bytes)));
    const lastEventId = `1-${Date.now()}`;
    await vi.advanceTimersByTimeAsync(60_000);
    const stream = open({ log, lastEventId });
    await vi.advanceTimersByTimeAsync(5_000);
    stream.leave();
    return stream.told.flatMap(([, piece]) => piece.match(/^id: \d+/gm) ?? []).length;
  }

  it('is told all that it missed, up to 200 entries, and beyond that none', async () => {
    expect(crowds.backlogEntries).toBe(200);
    expect(await toldOf(200)).toBe(200);
    expect(await toldOf(201)).toBe(0);
  });

  it('is told all that it missed, up to 1 MB, and beyond that none', async () => {
    const quarter = crowds.backlogBytes / 4;

    expect(crowds.backlogBytes).toBe(1024 * 1024);
    expect(await toldOf(4, quarter)).toBe(4);
    expect(await toldOf(4, quarter + 1)).toBe(0);
  });
});
