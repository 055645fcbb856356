/** The playground's page: one turn as it moves, stop by stop. */
import { type Stage, stages, type TurnView } from '../view.ts';
import { find, make } from './dom.ts';
import { drawSources } from './sources.ts';

const words: Readonly<Record<Stage, { title: string; done: string }>> = {
  queued: { title: 'Queued', done: 'The webhook is verified and in the queue.' },
  claimed: { title: 'Claimed', done: 'A worker has taken it; nobody else can.' },
  asked: { title: 'Asked', done: 'Claude has the history and the question.' },
  answered: { title: 'Answered', done: 'The answer is stored before it is sent.' },
  delivered: { title: 'Delivered', done: 'The user has it, once.' },
  logged: { title: 'Logged', done: 'Reconify has a copy, with what it cost.' },
};

const states: Readonly<Record<TurnView['state'], string>> = {
  QUEUED: 'Waiting in the queue',
  CLAIMED: 'A worker is on it',
  ANSWERED: 'Answer stored, on its way',
  DELIVERED: 'Delivered, exactly once',
  FAILED: 'Apologised to the user',
  MERGED: 'Answered together with an earlier message',
  SKIPPED: 'Left to a human',
};

export interface TurnPanel {
  show(turns: readonly TurnView[], options: { isQueued: boolean }): void;
  /** The turn in view. */
  current(): TurnView | undefined;
}

/** How often (ms) running times are shown anew. */
const TICK_MS = 100;

export function openTurnPanel(onChange: (turn: TurnView | undefined) => void): TurnPanel {
  const list = find('stages', HTMLOListElement);
  const notes = find('notes', HTMLUListElement);
  const figures = find('figures', HTMLDListElement);
  const state = find('state', HTMLParagraphElement);
  const which = find('which', HTMLSpanElement);
  const older = find('older', HTMLButtonElement);
  const newer = find('newer', HTMLButtonElement);
  const rows = new Map(stages.map((stage) => [stage, openRow(stage)]));
  list.append(...[...rows.values()].map(({ element }) => element));
  let turns: readonly TurnView[] = [];
  /** The id of an older turn that somebody leafed to; the newest else. */
  let chosen: string | undefined;
  let isQueued = true;
  let drawn = '';

  const index = () => {
    const found = turns.findIndex(({ id }) => id === chosen);
    return found === -1 ? turns.length - 1 : found;
  };

  function draw() {
    const turn = turns[index()];
    const before = drawn;
    drawn = turn?.id ?? '';
    drawStages(turn);
    setText(state, turn ? stateOf(turn) : 'Nothing has been said yet');
    state.dataset.state = turn?.state ?? 'NONE';
    setText(which, turns.length > 1 ? `${index() + 1} of ${turns.length}` : '');
    older.disabled = index() <= 0;
    newer.disabled = index() >= turns.length - 1;
    find('leaf', HTMLDivElement).hidden = turns.length < 2;
    const told = (turn?.notes ?? []).map(({ at, text }) => `+${duration(at - (firstOf(turn) ?? at))} ${text}`);
    if (told.join('\n') !== [...notes.children].map(({ textContent }) => textContent).join('\n'))
      notes.replaceChildren(...told.map((text) => make('li', {}, text)));
    drawSources(find('sources', HTMLOListElement), turn?.reply?.sources);
    drawFigures(turn);
    if (before !== drawn || turn) onChange(turn);
  }

  function drawStages(turn: TurnView | undefined) {
    const first = firstOf(turn) ?? 0;
    const now = Date.now();
    const known = stages.flatMap((stage) => turn?.at[stage] ?? []);
    const isOver = turn !== undefined && isEnded(turn);
    const end = Math.max(isOver ? 0 : now, ...known);
    const next = turn && !isOver ? nextOf(turn, isQueued) : undefined;
    let from = first;
    for (const [stage, row] of rows) {
      const at = turn?.at[stage];
      const isSkipped = stage === 'queued' && !isQueued;
      // A copy is on its way to the log before the answer is stored.
      if (stage === 'logged') from = Math.min(turn?.at.answered ?? from, at ?? from);
      const to = at ?? (stage === next ? now : undefined);
      row.draw({
        status: isSkipped ? 'skipped' : at !== undefined ? 'done' : stage === next ? 'now' : 'open',
        ms: to === undefined || turn === undefined ? undefined : to - first,
        bar:
          to === undefined || end <= first ? undefined : [(from - first) / (end - first), (to - first) / (end - first)],
      });
      if (at !== undefined) from = at;
    }
  }

  function drawFigures(turn: TurnView | undefined) {
    const { usage, usd, model, stop } = turn?.reply ?? {};
    const entries: [string, string][] = [];
    const total = turn && isEnded(turn) ? (turn.at.delivered ?? 0) - (firstOf(turn) ?? 0) : 0;
    if (total > 0) entries.push(['in all', duration(total)]);
    if (usage) {
      const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
      entries.push(['tokens in', String(inputTokens + cacheReadTokens + cacheWriteTokens)]);
      if (cacheReadTokens > 0) entries.push(['of them cached', String(cacheReadTokens)]);
      entries.push(['tokens out', String(outputTokens)]);
    }
    if (usd !== undefined) entries.push(['cost', `$${usd.toFixed(6)}`]);
    if (turn && turn.claims > 0) entries.push(['claimed', turn.claims === 1 ? 'once' : `${turn.claims} times`]);
    if (model) entries.push(['model', model]);
    if (stop) entries.push(['stop', stop.replaceAll('_', ' ')]);
    const text = JSON.stringify(entries);
    if (figures.dataset.text === text) return;
    figures.dataset.text = text;
    figures.replaceChildren(
      ...entries.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))),
    );
  }

  function leaf(step: number) {
    chosen = turns[index() + step]?.id;
    if (chosen === turns.at(-1)?.id) chosen = undefined;
    draw();
  }

  older.addEventListener('click', () => leaf(-1));
  newer.addEventListener('click', () => leaf(1));
  setInterval(() => {
    const turn = turns[index()];
    if (turn && !isEnded(turn)) draw();
  }, TICK_MS);
  draw();
  return {
    show: (all, options) => {
      const hasNew = all.at(-1)?.id !== turns.at(-1)?.id;
      turns = all;
      isQueued = options.isQueued;
      if (hasNew) chosen = undefined;
      draw();
    },
    current: () => turns[index()],
  };
}

interface RowLook {
  status: 'open' | 'now' | 'done' | 'skipped';
  ms: number | undefined;
  /** Where its bar begins and ends, 0 to 1. */
  bar: readonly [number, number] | undefined;
}

function openRow(stage: Stage) {
  const time = make('span', { class: 'ms' });
  const bar = make('span', { class: 'bar', 'aria-hidden': true }, make('i'));
  const fill = bar.firstElementChild;
  const status = make('span', { class: 'visually-hidden' });
  const { title, done } = words[stage];
  const element = make(
    'li',
    { 'data-stage': stage },
    make('span', { class: 'dot', 'aria-hidden': true }),
    make('span', { class: 'stage' }, make('strong', {}, title), status, make('span', { class: 'what' }, done)),
    time,
    bar,
  );
  const spoken = { open: ', not yet', now: ', now', done: ', done', skipped: ', not at this door' };
  return {
    element,
    draw: ({ status: is, ms, bar: [from, to] = [0, 0] }: RowLook) => {
      element.dataset.status = is;
      setText(status, spoken[is]);
      setText(time, is === 'skipped' ? 'no queue here' : ms === undefined ? '' : `+${duration(ms)}`);
      if (!(fill instanceof HTMLElement)) return;
      fill.style.setProperty('--from', `${(from * 100).toFixed(1)}%`);
      fill.style.setProperty('--to', `${(Math.max(to, from) * 100).toFixed(1)}%`);
    },
  };
}

export function isEnded({ state, at }: TurnView): boolean {
  if (state === 'DELIVERED') return at.logged !== undefined;
  return state === 'FAILED' || state === 'MERGED' || state === 'SKIPPED';
}

function firstOf(turn: TurnView | undefined): number | undefined {
  const known = stages.flatMap((stage) => turn?.at[stage] ?? []);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function nextOf({ at }: TurnView, isQueued: boolean): Stage | undefined {
  return stages.find((stage) => at[stage] === undefined && (isQueued || stage !== 'queued'));
}

function stateOf(turn: TurnView): string {
  const { state, leaseUntil = 0, notes } = turn;
  const seconds = Math.ceil((leaseUntil - Date.now()) / 1000);
  const isOrphaned = state === 'CLAIMED' && notes.some(({ text }) => text.includes('was killed'));
  if (isOrphaned && seconds > 0)
    return `Its worker is gone. Its hold on the turn ends in ${seconds} s, then another one goes on`;
  return states[state];
}

function duration(ms: number): string {
  if (ms < 0) return '0 ms';
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function setText(element: HTMLElement, text: string) {
  if (element.textContent !== text) element.textContent = text;
}
