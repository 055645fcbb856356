/** Stop 7 for /chat. What comes of an answer while it grows, and how it goes over the wire as JSON lines or as server-sent events. Pure. */
import { cutToBytes } from '../text/bytes.ts';
import { KEPT_REPLY_BYTES } from '../turn/fit.ts';
import type { Reply, Source } from '../types.ts';
import { type ChatFailure, type FailureBody, responseOf } from './failure.ts';

/** The answer is stored: its turn, by the id under which the transcript has it, and what is stored. */
export interface Ended {
  turn: string;
  reply: Reply;
}

/** What the text so far is from; `at` is told where the answer is shown whole. */
export type ShownSource = Omit<Source, 'at'>;

/** All deltas of an answer together are its text. */
export type Piece = { delta: string } | { source: ShownSource } | { tool: string } | { ended: Ended } | FailureBody;

export interface Format {
  headers: Readonly<Record<string, string>>;
  frame(piece: Piece): string;
  /** A failure before the first piece. */
  refuse(failure: ChatFailure): Response;
}

const LINES: Format = {
  headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
  frame: (piece) => linesOf(piece).join(''),
  refuse: responseOf,
};

const EVENTS: Format = {
  headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  frame: (piece) =>
    linesOf(piece)
      .map((line) => `data: ${line}\n`)
      .join(''),
  refuse: responseOf,
};

/** JSON lines, unless the request's `Accept` asks for events. */
export function formatFor(accept: string | null): Format {
  return /\btext\/event-stream\b/i.test(accept ?? '') ? EVENTS : LINES;
}

function linesOf(piece: Piece): string[] {
  const lines = 'ended' in piece ? endOf(piece.ended) : [piece];
  return lines.map((line) => `${JSON.stringify(line)}\n`);
}

function endOf({ turn, reply: { choices, usage, usd, cost, stop } }: Ended): object[] {
  const spent = { ...(usage && { usage }), ...(usd !== undefined && { usd }), ...(cost && { cost }) };
  return [...(choices ? [{ choices }] : []), { done: true, turn, ...spent, stop }];
}

export interface Shown {
  text(delta: string): void;
  source(source: Source): void;
  tool(name: string): void;
  /** What the stored answer has beyond what was shown. */
  rest(stored: Pick<Reply, 'text' | 'sources'>): void;
}

/** Passes on what Claude says, and keeps in mind what of the answer that will be stored is out. */
export function openShown(emit: (piece: Piece) => void): Shown {
  let shown = '';
  let bytes = 0;
  let told = 0;

  function show(text: string) {
    if (text === '') return;
    shown += text;
    emit({ delta: text });
  }

  function tell({ at: _, ...source }: Source) {
    told += 1;
    emit({ source });
  }

  /** As much as is stored of an answer without end. */
  function showFitting(delta: string) {
    show(cutToBytes(delta, Math.max(KEPT_REPLY_BYTES - bytes, 0)));
    bytes += Buffer.byteLength(delta);
  }

  return {
    text: showFitting,
    source: tell,
    tool: (name) => emit({ tool: name }),
    rest: ({ text, sources = [] }) => {
      if (text.startsWith(shown)) show(text.slice(shown.length));
      else if (!shown.endsWith(text)) show(PARAGRAPH + text);
      for (const source of sources.slice(told)) tell(source);
    },
  };
}

const PARAGRAPH = '\n\n';
