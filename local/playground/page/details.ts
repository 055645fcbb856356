/** The playground's page: what one turn left behind at Claude and at Reconify. */
import type { DetailsView, TurnView } from '../view.ts';
import { find, make } from './dom.ts';
import { ask, type PlaceQuery } from './server.ts';
import { isEnded } from './turn.ts';

type Json = Record<string, unknown>;

export interface DetailsPanel {
  show(place: PlaceQuery, turn: TurnView | undefined): void;
}

export function openDetails(): DetailsPanel {
  const history = find('history', HTMLDivElement);
  const record = find('record', HTMLDivElement);
  let shown = '';

  async function load(place: PlaceQuery, turn: string) {
    const details = await ask<DetailsView>('details', { ...place, turn });
    drawHistory(details);
    drawRecords(details);
  }

  function drawHistory({ request, requestCount }: DetailsView) {
    setHint(
      'history-hint',
      request ? `${count(listOf(request.messages).length, 'message')} · asked ${times(requestCount)}` : '',
    );
    if (!request)
      return history.replaceChildren(make('p', {}, 'Nothing to show: Claude was not asked, or it is the real one.'));
    history.replaceChildren(
      ...('system' in request ? [bubble('system', textOf(request.system))] : []),
      ...listOf(request.messages).map(({ role, content }) => bubble(String(role), textOf(content))),
      json('The whole request', request),
    );
  }

  function drawRecords({ records }: DetailsView) {
    setHint('record-hint', records ? count(records.length, 'record') : '');
    if (!records) return record.replaceChildren(make('p', {}, 'Reconify is the real one: look there.'));
    if (records.length === 0) return record.replaceChildren(make('p', {}, 'Nothing yet.'));
    record.replaceChildren(...records.flatMap((one) => [briefly(one), json('The whole record', one)]));
  }

  return {
    show: (place, turn) => {
      const key = turn
        ? [place.door, place.conversation, turn.id, turn.state, turn.at.asked, turn.at.logged].join()
        : '';
      if (key === shown) return;
      shown = key;
      if (!turn || (!isEnded(turn) && turn.at.asked === undefined)) {
        history.replaceChildren(make('p', {}, 'Say something first.'));
        record.replaceChildren(make('p', {}, 'Say something first.'));
        setHint('history-hint', '');
        setHint('record-hint', '');
        return;
      }
      void load(place, turn.id).catch(() => {
        shown = '';
      });
    },
  };
}

function briefly({ session, timestamps, reconify, response: answer }: Json): HTMLElement {
  const { request, response } = toObject(timestamps);
  const { format, type, version } = toObject(reconify);
  const { stop_reason: stop, error } = toObject(answer);
  const entries = [
    ['session', session],
    ['kind', `${format} ${type}, version ${version}`],
    ['ended with', String(stop ?? toObject(error).type ?? 'nothing').replaceAll('_', ' ')],
    ['took', `${Number(response) - Number(request)} ms`],
  ];
  return make(
    'dl',
    { class: 'figures' },
    ...entries.map(([name, value]) => make('div', {}, make('dt', {}, String(name)), make('dd', {}, String(value)))),
  );
}

function bubble(role: string, text: string): HTMLElement {
  return make(
    'div',
    { class: `sent ${role}` },
    make('span', { class: 'role' }, role),
    make('p', { class: 'lines' }, text),
  );
}

function json(title: string, value: unknown): HTMLElement {
  return make(
    'details',
    { class: 'raw' },
    make('summary', {}, title),
    make('pre', { tabindex: 0 }, JSON.stringify(value, null, 2)),
  );
}

/** The text of a message's content, and what else is in it in a word. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map(({ type, text, name, input, content: inner }) => {
      if (type === 'text') return String(text);
      if (type === 'tool_use') return `→ ${name} ${JSON.stringify(input)}`;
      if (type === 'tool_result') return `← ${textOf(inner)}`;
      return `[${type}]`;
    })
    .join('\n');
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(toObject) : [];
}

function toObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

function times(number: number): string {
  return number === 1 ? 'once' : `${number} times`;
}

function setHint(id: string, text: string) {
  find(id, HTMLSpanElement).textContent = text;
}
