/** Stop 6. The nouns of asking: what is asked, what one call came to, and the tools. */
import type { MessageParam, ToolUnion } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Speech } from '../text/sentences.ts';
import type { Journal, Told } from '../tools/journal.ts';
import type { ToolRun } from '../tools/tool.ts';
import type { Confirmed, StepRun, StepToRun } from '../tools/toolbox.ts';
import type { Reply, Sent, Source, Usage } from '../types.ts';
import type { ShownFile } from './mend.ts';
import type { Attempt } from './reliable.ts';

export interface Question {
  messages: MessageParam[];
  /** What is told of this turn only: behind the user's words and the cache's mark, and not replayed. */
  behind?: string;
  /** Those of its files that Claude is shown. */
  files?: readonly ShownFile[];
  /** Whose message this answers: for tools, limits and the interaction log, never for the model. */
  about: Pick<Sent, 'platform' | 'conversation' | 'messageId' | 'createdAt' | 'speaker' | 'bot'>;
  /** For what we have to say in the place of Claude, or behind it. */
  speech: Speech;
  /** Opaque: never an e-mail address or a name. */
  userId: string;
  /** Where it is noted what its tools do; without it, none that acts is run. */
  journal?: Journal;
  /** What the user has just said yes to: it is done before Claude is asked. */
  confirmed?: Confirmed;
  /** Ends the whole turn's asking, waits and tools included. */
  signal: AbortSignal;
  /** Ends what tools do, sooner, so that Claude can say so; the same without it. */
  toolSignal?: AbortSignal;
  /** Told the answer piece by piece: together they are its text. */
  onText?: (delta: string) => void;
  /** Told what it is from, each source once, as soon as the text that is from it is out. */
  onSource?: (source: Source) => void;
  /** Told each tool that is about to run: one that asks first, or ends the turn, does not. */
  onTool?: (name: string) => void;
  /** Told what each call cost (US dollars; an estimate from above where that is not known), also when the asking fails in the end. */
  onCost?: (usd: number) => void;
  /** False where text that was shown stays shown: a call that broke off in the middle of an answer then ends the asking. */
  isRetractable?: boolean;
  /** What was shown of a call that broke off counts no more: it is tried again. */
  onRetract?: () => void;
}

/** One answered model call, whatever came of it: what the interaction log and the metrics get. */
export interface ModelCall extends Attempt {
  about: Question['about'];
  usage: Usage;
  usd: number;
  /** How `usd` is known, if not by the API's own count. */
  cost?: Reply['cost'];
}

interface Ran {
  /** Told each tool that ran. */
  onRan?: (run: ToolRun) => void;
}

/** The tools Claude is offered, and the way to run what it asks for. Results come in the order of the blocks. */
export interface Toolbox {
  params: ToolUnion[];
  run(step: StepToRun, question: Pick<Question, 'about' | 'signal' | 'journal' | 'onTool'> & Ran): Promise<StepRun>;
  confirm(
    call: Confirmed,
    question: Pick<Question, 'about' | 'signal' | 'onTool'> & Ran,
  ): Promise<{ told: Told; handsOver: boolean }>;
}

/** For a model that is offered none. */
export const noTools: Toolbox = {
  params: [],
  run: async () => ({ results: [], handsOver: false }),
  confirm: async () => ({ told: { content: '' }, handsOver: false }),
};
