/** What every door's crash matrix holds, and how it gets into the documentation. */
import { describe, expect, it } from 'vitest';
import { sized } from '../size.ts';
import type { OpenDoor } from './doors.ts';
import { runAll, type Scenario, type Tally } from './matrix.ts';
import type { Blow } from './mortal.ts';
import { holdsOnPage } from './reliability-page.ts';

type Row = Omit<Scenario, 'open'> & { blows: readonly Blow[] };

const KILLED: readonly Blow[] = ['killed before', 'killed after'];
const FAILED: readonly Blow[] = ['failed before', 'failed after'];
const REPEATED: readonly Blow[] = ['carried out twice'];

/** High enough to refuse nobody: that the counters hold is what counts. */
const limits = { messagesPerMinute: 100, userUsdPerDay: 1_000, totalUsdPerDay: 1_000 };

const ONE: Row[] = [
  { messages: 1, delivered: 'once', limits, blows: KILLED },
  { messages: 1, delivered: 'once', limits, blows: FAILED },
  { messages: 1, delivered: 'once', limits, blows: REPEATED },
  { messages: 1, delivered: 'twice in a row', timesAsked: 2, blows: KILLED },
];

const REQUESTS: Row[] = [...ONE, { messages: 3, delivered: 'once', blows: KILLED }];

/** Rows whose calls are struck at every pair, the others at every single one: the first row, those of one message, all of them. */
const PAIRED = sized<(row: Row) => boolean>({
  sample: (row) => row === ONE[0] || row === ONE[1],
  all: ({ messages }) => messages === 1,
  proof: () => true,
});

/** Where a request is the turn itself, there is no queue and no batch. */
const QUEUED: Row[] = [
  ...REQUESTS,
  { messages: 3, delivered: 'once', batchSize: 10, blows: KILLED },
  { messages: 3, delivered: 'once', batchSize: 10, blows: FAILED },
  { messages: 3, delivered: 'twice in a row', batchSize: 10, blows: KILLED },
];

/**
 * After a kill, the worker's own time and five seconds more. A call that fails may leave a lease behind, whose end is waited for with a
 * fourth of it for jitter; a repeat may be taken for somebody else's, and is tried again after two seconds.
 */
function longestWaitMs(blows: readonly Blow[]): number {
  if (blows === KILLED) return 125_000;
  return blows === FAILED ? 155_000 : 2_000;
}

export const REPEATED_ROWS: readonly Row[] = [{ messages: 3, delivered: 'all again', blows: KILLED }];

export interface MatrixOptions {
  isQueued: boolean;
  /** They cost most, and differ little from door to door: they belong to the proof. */
  more?: readonly Row[];
  /** How the table is held against the page: where calls run beside one another, a figure that is no zero is never twice the same. */
  toPage?: typeof holdsOnPage;
}

export function crashMatrix(
  name: string,
  open: OpenDoor,
  { isQueued, more = [], toPage = holdsOnPage }: MatrixOptions,
): void {
  const all = [...(isQueued ? QUEUED : REQUESTS), ...more];
  const rows = sized({ sample: ONE.slice(0, 2), all: isQueued ? QUEUED : REQUESTS, proof: all });

  describe(`${name}, struck at every outward call and at pairs of them`, () => {
    const tallies: { row: Row; tally: Tally }[] = [];

    it.each(rows.map((row) => [labelOf(row, isQueued), row] as const))(
      'answers each message once and in order: %s',
      async (_label, row) => {
        const { blows, ...scenario } = row;

        const tally = await runAll({ open, ...scenario }, blows, PAIRED(row) ? 2 : 1);

        tallies.push({ row, tally });
        expect(tally.faults.slice(0, 3)).toEqual([]);
        expect([tally.lost, tally.doubled, tally.misordered, tally.lostLogs]).toEqual([0, 0, 0, 0]);
        expect(tally.runs).toBeGreaterThan(tally.calls);
        expect(tally.slowestMs).toBeLessThanOrEqual(longestWaitMs(blows));
      },
    );

    it('is what the documentation says', () => {
      const paired = tallies.filter(({ row }) => PAIRED(row));

      expect(paired.length).toBeGreaterThan(0);
      toPage(`crash matrix: ${name}`, [HEAD, RULE, ...paired.map(({ row, tally }) => lineOf(row, isQueued, tally))]);
    });
  });
}

const HEAD =
  '| messages | delivered | each call is | outward calls | runs | lost | doubled | misordered | lost records | extra Claude calls | of them unheard | slowest after one (s) |';
const RULE = '|---|---|---|---|---|---|---|---|---|---|---|---|';

function labelOf({ messages, delivered, batchSize, blows }: Row, isQueued: boolean): string {
  const together = messages === 3 && isQueued ? (batchSize ? ', in one batch' : ', one by one') : '';
  const struck = blows === REPEATED ? 'carried out twice' : `${blows === KILLED ? 'killed' : 'failed'} before or after`;
  return `${messages} | ${delivered}${together} | ${struck}`;
}

function lineOf(row: Row, isQueued: boolean, tally: Tally): string {
  const { calls, runs, lost, doubled, misordered, lostLogs, extraCalls, unheardCalls, slowestMs } = tally;
  const zeros = [lost, doubled, misordered, lostLogs].map((figure) => `**${figure}**`);
  const slowest = row.blows === KILLED && isQueued ? `${slowestMs / 1000}` : '';
  const figures = [calls, figure(runs), ...zeros, figure(extraCalls), figure(unheardCalls), slowest];
  return `| ${[labelOf(row, isQueued), ...figures].join(' | ')} |`;
}

function figure(n: number): string {
  return n.toLocaleString('en-US');
}
