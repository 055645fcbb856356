/** Stop 7 for /chat. What goes over the wire while an answer grows, as JSON lines or as server-sent events. Pure. */
import { cutToBytes } from '../text/bytes.ts';
import { KEPT_REPLY_BYTES } from '../turn/fit.ts';
import type { Reply, Source, Usage } from '../types.ts';
import type { FailureBody } from './failure.ts';

/** The end of an answer: it is stored, and this is what it cost. */
export interface DonePiece {
  done: true;
  /** The id under which the transcript has it. */
  turn: string;
  usage?: Usage;
  usd?: number;
  /** How the cost is known, if not by Claude's own count. */
  cost?: 'estimated' | 'unknown';
  stop: string;
}

/** What the text so far is from; `at` is told where the answer is shown whole. */
export type ShownSource = Omit<Source, 'at'>;

/** All deltas of an answer together are its text. */
export type Piece =
  | { delta: string }
  | { source: ShownSource }
  | { tool: string }
  | { choices: readonly string[] }
  | DonePiece
  | FailureBody;

export interface Format {
  contentType: string;
  frame(piece: Piece): string;
}

const LINES: Format = {
  contentType: 'application/x-ndjson; charset=utf-8',
  frame: (piece) => `${JSON.stringify(piece)}\n`,
};

const EVENTS: Format = {
  contentType: 'text/event-stream; charset=utf-8',
  frame: (piece) => `data: ${JSON.stringify(piece)}\n\n`,
};

/** JSON lines, unless the request's `Accept` asks for events. */
export function formatFor(accept: string | null): Format {
  return /\btext\/event-stream\b/i.test(accept ?? '') ? EVENTS : LINES;
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
