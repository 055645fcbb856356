/** Tools that act, with every outward call of their turn struck, singly and in pairs: what they do happens once, and is told. */
import { describe, expect, it } from 'vitest';
import type { Acts } from '../harness/promises/acting-claude.ts';
import { type OpenDoor, openBotpress, openChatApi, openHttp, openTalkjs } from '../harness/promises/doors.ts';
import { runAll, type Scenario, type Tally } from '../harness/promises/matrix.ts';
import type { Blow } from '../harness/promises/mortal.ts';
import { holdsOnPage } from '../harness/promises/reliability-page.ts';
import { sized } from '../harness/size.ts';

const KILLED: readonly Blow[] = ['killed before', 'killed after'];
const FAILED: readonly Blow[] = ['failed before', 'failed after'];
const TWICE: readonly Blow[] = ['carried out twice'];

interface Row {
  door: string;
  open: OpenDoor;
  acts: Acts;
  delivered: Scenario['delivered'];
  blows: readonly Blow[];
}

const ONE: Acts = { calls: 1, recovers: false };
const LOOKS: Acts = { calls: 1, recovers: true };
const THREE: Acts = { calls: 3, recovers: false };
const ASKS: Acts = { calls: 1, recovers: false, asks: true };

const [TALKJS, BOTPRESS, CHAT_API, HTTP] = [
  { door: 'TalkJS', open: openTalkjs },
  { door: 'Botpress', open: openBotpress },
  { door: 'Chat API', open: openChatApi },
  { door: '/chat', open: openHttp },
];

const SAMPLE: readonly Row[] = [
  { ...TALKJS, acts: ONE, delivered: 'once', blows: KILLED },
  { ...TALKJS, acts: LOOKS, delivered: 'once', blows: KILLED },
  { ...HTTP, acts: ONE, delivered: 'once', blows: KILLED },
];

const ALL: readonly Row[] = [
  ...SAMPLE,
  { ...TALKJS, acts: ONE, delivered: 'once', blows: FAILED },
  { ...TALKJS, acts: ONE, delivered: 'once', blows: TWICE },
  { ...TALKJS, acts: ONE, delivered: 'twice in a row', blows: KILLED },
  { ...TALKJS, acts: THREE, delivered: 'once', blows: KILLED },
  { ...BOTPRESS, acts: ONE, delivered: 'once', blows: KILLED },
  { ...CHAT_API, acts: ONE, delivered: 'once', blows: KILLED },
  { ...HTTP, acts: ONE, delivered: 'once', blows: FAILED },
  ...[TALKJS, BOTPRESS, CHAT_API, HTTP].map((door) => ({
    ...door,
    acts: ASKS,
    delivered: 'once' as const,
    blows: KILLED,
  })),
];

/** Two turns have many pairs of calls. */
const DEPTH = sized<1 | 2>({ sample: 1, all: 1, proof: 2 });

const rows = sized({ sample: SAMPLE, all: ALL, proof: ALL });

describe('what a tool does, struck at every outward call and at pairs of them', () => {
  const tallies: { row: Row; tally: Tally }[] = [];

  it.each(rows.map((row) => [labelOf(row), row] as const))('happens once and is told: %s', async (_label, row) => {
    const { open, acts, delivered, blows } = row;

    const dialogue = acts.asks ? { dialogue: ['alpha', 'yes, please'] } : {};

    const tally = await runAll({ open, acts, delivered, messages: 1, ...dialogue }, blows, acts.asks ? DEPTH : 2);

    tallies.push({ row, tally });
    const { lost, doubled, unrecorded } = tally.effects;
    expect(tally.faults.slice(0, 3)).toEqual([]);
    expect([tally.lost, tally.doubled, tally.lostLogs, lost, doubled, unrecorded]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(tally.effects.happened).toBeGreaterThan(tally.runs / 2);
  });

  it('is what the documentation says', () => {
    expect(tallies.length).toBeGreaterThan(0);
    const whole = tallies.filter(({ row }) => DEPTH === 2 || !row.acts.asks);
    holdsOnPage('crash matrix: effects', [HEAD, RULE, ...whole.map(lineOf)]);
  });
});

const HEAD =
  '| door | tools that act | delivered | each call is | outward calls | runs | messages lost | answered twice | effects | lost after DONE | doubled | without a record | not known whether |';
const RULE = '|---|---|---|---|---|---|---|---|---|---|---|---|---|';

function labelOf({ door, acts, delivered, blows }: Row): string {
  const struck = blows === TWICE ? 'carried out twice' : `${blows === KILLED ? 'killed' : 'failed'} before or after`;
  const asked = acts.asks ? ', after a yes' : '';
  return [door, `${acts.calls}${acts.recovers ? ', with `recover`' : ''}${asked}`, delivered, struck].join(' | ');
}

function lineOf({ row, tally }: { row: Row; tally: Tally }): string {
  const { calls, runs, lost, doubled, effects } = tally;
  const bold = (n: number) => `**${n}**`;
  const of = [effects.lost, effects.doubled, effects.unrecorded].map(bold);
  const figures = [
    calls,
    figure(runs),
    bold(lost),
    bold(doubled),
    figure(effects.happened),
    ...of,
    figure(effects.unknown),
  ];
  return `| ${[labelOf(row), ...figures].join(' | ')} |`;
}

function figure(n: number): string {
  return n.toLocaleString('en-US');
}
