/** The playground's page: plain HTTP, one request whose answer is one JSON object a line. */

import type { LineView } from '../../view.ts';
import type { OpenADoor } from './door.ts';

interface Piece {
  delta?: string;
  source?: { n: number };
  tool?: string;
  choices?: string[];
  done?: boolean;
  turn?: string;
  error?: string;
  code?: string;
  retryAfter?: number;
}

/** A stream that broke off is asked for again under the same key: so often at most, and after this pause (ms). */
const MAX_TRIES = 60;
const PAUSE_MS = 1000;

/** Worth another try under the same key: nothing is answered twice. */
const PASSING = new Set(['busy', 'unavailable', 'failed', 'broken']);

export const openStream: OpenADoor = async ({ view: { url = '', accessKey }, events, memory }) => {
  const session = memory.get('conversation') ?? `playground-${crypto.randomUUID().slice(0, 8)}`;
  memory.set('conversation', session);
  const authorization: Record<string, string> = accessKey ? { authorization: `Bearer ${accessKey}` } : {};
  const address = `${url}/${session}`;
  const stopping = new AbortController();
  let lines: LineView[] = [];

  const add = (line: Pick<LineView, 'id' | 'isMine' | 'text' | 'canBeRated' | 'choices'>) => {
    lines = [...lines, { ...line, markup: 'markdown', isTyping: false }];
    events.lines(lines);
  };

  /** Gives the answer and its turn; throws a `Broken` when it did not come to its end. */
  async function attempt(message: string, key: string): Promise<Answer> {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key, ...authorization },
      body: JSON.stringify({ message }),
      signal: stopping.signal,
    }).catch(() => Promise.reject(new Broken('broken', 'nobody answered')));
    let text = '';
    let choices: string[] = [];
    for await (const piece of readPieces(response)) {
      if (piece.error !== undefined) throw new Broken(piece.code ?? 'failed', piece.error, piece.retryAfter);
      if (piece.done) return { text, choices, turn: piece.turn ?? '' };
      if (piece.choices) choices = piece.choices;
      text += piece.delta ?? (piece.source ? ` [${piece.source.n}]` : '');
      if (piece.delta !== undefined || piece.source) events.draft(text);
    }
    throw new Broken('broken', 'the stream broke off');
  }

  async function insist(message: string, key: string): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(message, key);
      } catch (error) {
        if (!(error instanceof Broken) || !PASSING.has(error.code) || tries === MAX_TRIES || stopping.signal.aborted)
          throw error;
        events.draft('');
        events.problem(`${capital(error.message)}. Asking again with the same Idempotency-Key (${tries}).`);
        await new Promise((later) => setTimeout(later, PAUSE_MS));
      }
    }
  }

  lines = await history(address, authorization);
  events.lines(lines);
  return {
    conversation: session,
    send: async (message, { isTwice }) => {
      const key = crypto.randomUUID();
      add({ id: key, isMine: true, text: message });
      events.draft('');
      try {
        const twin = isTwice ? insist(message, key) : undefined;
        const { text, choices, turn } = await insist(message, key);
        if (twin && (await twin).text !== text) throw new Error('the two answers differ');
        events.problem(undefined);
        events.draft(undefined);
        add({ id: answerIn(turn), isMine: false, text, choices, canBeRated: true });
      } catch (error) {
        if (stopping.signal.aborted) return;
        events.draft(undefined);
        events.problem(capital(error instanceof Error ? error.message : 'it failed'));
      }
    },
    rate: async (line, value) => {
      const headers = { 'content-type': 'application/json', ...authorization };
      const body = JSON.stringify({ turn: turnOf(line), value });
      const { ok } = await fetch(`${address}/feedback`, { method: 'POST', headers, body });
      if (!ok) throw new Error('it was refused');
    },
    close: () => stopping.abort(),
  };
};

interface Answer {
  text: string;
  choices: readonly string[];
  turn: string;
}

const ANSWER = 'answer-';

function answerIn(turn: string): string {
  return `${ANSWER}${turn}`;
}

function turnOf(line: string): string {
  return line.slice(ANSWER.length);
}

class Broken extends Error {
  readonly code: string;
  readonly retryAfter: number | undefined;

  constructor(code: string, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

async function* readPieces(response: Response): AsyncGenerator<Piece> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (reader) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done) break;
    const parts = (rest + (value ?? '')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line.trim() !== '') yield JSON.parse(line);
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}

interface Past {
  turn?: string;
  role?: string;
  text?: string;
  choices?: string[];
  /** In the order of their places. */
  sources?: { n: number; at: number }[];
}

async function history(address: string, headers: Record<string, string>): Promise<LineView[]> {
  const response = await fetch(address, { headers });
  const { messages = [] }: { messages?: Past[] } = response.ok ? await response.json() : {};
  return messages.map(({ turn = '', role, text = '', choices = [], sources = [] }) => ({
    id: role === 'user' ? `asked-${turn}` : answerIn(turn),
    isMine: role === 'user',
    text: sources.reduceRight((whole, { n, at }) => `${whole.slice(0, at)} [${n}]${whole.slice(at)}`, text),
    markup: 'markdown',
    choices,
    isTyping: false,
    canBeRated: role !== 'user',
  }));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '');
}
