/** When the placeholder is edited, and when it is left alone. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type GrowDeps, openGrowing } from '../../../../lib/platforms/talkjs/grow.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Edits as they are begun, each ended by the test unless `isQuick`. */
function open({ isQuick = true, ...changes }: Partial<GrowDeps> & { isQuick?: boolean } = {}) {
  const edits: { text: string; at: number; signal: AbortSignal; end(isTaken: boolean): void; fail(): void }[] = [];
  const unheard = vi.fn();
  const stream = openGrowing({
    messageId: Promise.resolve('m-1'),
    edit: (_id, text, signal) =>
      new Promise((end, reject) => {
        edits.push({ text, at: Date.now(), signal, end, fail: () => reject(new Error('no answer')) });
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        if (isQuick) end(true);
      }),
    mayEdit: async () => true,
    now: Date.now,
    onUnheard: unheard,
    ...changes,
  });
  return { stream, edits, unheard, texts: () => edits.map(({ text }) => text) };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it('shows the first sentence at once, and the rest at most every 1.5 seconds', async () => {
  const { stream, edits, texts } = open();

  stream.delta('Hello');
  await pass(100);
  stream.delta(' Ada. ');
  await pass(0);
  expect(texts()).toEqual(['Hello Ada. …']);
  for (let i = 0; i < 40; i++) {
    stream.delta(`word${i} `);
    await pass(100);
  }

  const times = edits.map(({ at }) => at);
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  expect(gaps.length).toBe(2);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_500);
});

it('shows what there is after 1.5 seconds where no sentence ends', async () => {
  const { stream, texts } = open();

  stream.delta('a very long beginning of');
  await pass(1_499);
  expect(texts()).toEqual([]);
  await pass(1);

  expect(texts()).toEqual(['a very long beginning of …']);
});

it('has one edit in flight, and what is said meanwhile in the next one', async () => {
  const { stream, edits, texts } = open({ isQuick: false });

  stream.delta('One. ');
  await pass(0);
  stream.delta('Two. ');
  await pass(3_000);
  expect(texts()).toEqual(['One. …']);
  edits[0]?.end(true);
  await pass(0);

  expect(texts()).toEqual(['One. …', 'One. Two. …']);
});

it('waits for the edit that is in flight at the end, a second at most, and tells that one got no answer', async () => {
  const { stream, edits, unheard } = open({ isQuick: false });
  let isOver = false;

  stream.delta('One. ');
  await pass(0);
  void stream.end().then(() => {
    isOver = true;
  });
  await pass(999);
  expect([isOver, unheard.mock.calls.length]).toEqual([false, 0]);
  await pass(1);

  expect([isOver, unheard.mock.calls.length, edits[0]?.signal.aborted]).toEqual([true, 1, true]);
});

it('makes no further edit when one was refused, had no answer, or it has ended', async () => {
  const [refused, failed, ended] = [open({ isQuick: false }), open({ isQuick: false }), open()];
  for (const { stream } of [refused, failed, ended]) stream.delta('One. ');
  await pass(0);
  refused.edits[0]?.end(false);
  failed.edits[0]?.fail();
  await ended.stream.end();

  for (const { stream } of [refused, failed, ended]) stream.delta('Two. ');
  await pass(10_000);

  expect([refused, failed, ended].map(({ edits }) => edits.length)).toEqual([1, 1, 1]);
});

it('leaves the placeholder alone while the app has no share left, or nobody knows its id', async () => {
  const spent = open({ mayEdit: async () => false });
  const away = open({ mayEdit: () => Promise.reject(new Error('no table')) });
  const unknown = open({ messageId: Promise.resolve(undefined) });

  for (const { stream } of [spent, away, unknown]) stream.delta('One. ');
  await pass(5_000);

  expect([spent, away, unknown].map(({ edits }) => edits.length)).toEqual([0, 0, 0]);
});

it('makes no edit after its process stood still: somebody else may have answered', async () => {
  let late = 0;
  const { stream, texts } = open({ now: () => Date.now() + late });

  stream.delta('A beginning without an end');
  late = 60_000;
  await pass(60_000);

  expect(texts()).toEqual([]);
});

it('shows nothing again when an attempt is over without an answer, and grows again in the next one', async () => {
  const { stream, texts } = open();

  stream.delta('Half an answer. ');
  await pass(0);
  await stream.abort();
  stream.delta('Another one. ');
  await pass(5_000);

  expect(texts()).toEqual(['Half an answer. …', '_…_', 'Another one. …']);
});
