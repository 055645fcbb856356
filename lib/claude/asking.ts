/** Stop 6. What the asking of one turn has come to, call after call, and the reply that it makes. Pure. */
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { OpenedKnowledge } from '../knowledge/open.ts';
import { withCited } from '../knowledge/sources.ts';
import { effectsInWords } from '../text/effects-in-words.ts';
import type { Asked, StepEnding } from '../tools/ending.ts';
import type { ToolRun } from '../tools/tool.ts';
import type { Effect, Reply, Source } from '../types.ts';
import { heardIn, joinedOf, toReply } from './answer.ts';
import { normalise } from './normalise.ts';
import type { Question } from './question.ts';

export interface Asking {
  messages: MessageParam[];
  /** By each call. */
  said: string[];
  /** Of all that was said. */
  sources: Source[];
  stop: string;
  /** Steps in which tools were called. */
  steps: number;
  /** How a tool ended the turn. */
  ending?: StepEnding;
  handsOver: boolean;
  leftOut: string[];
  isHalved: boolean;
  hasResults: boolean;
  isAskedAgain: boolean;
  /** The bot's documents were searched. */
  isSearched: boolean;
  /** The tools that ran since the last recorded call, and the id of the message that asked for each. */
  ran: (ToolRun & { askedBy?: string })[];
}

/** Before the first call. */
export function openAsking({ messages }: Pick<Question, 'messages'>): Asking {
  return {
    messages: normalise(messages),
    said: [],
    sources: [],
    stop: 'none',
    steps: 0,
    handsOver: false,
    leftOut: [],
    isHalved: false,
    hasResults: false,
    isAskedAgain: false,
    isSearched: false,
    ran: [],
  };
}

/** What its turn has done so far, or may have: what the user said yes to comes first. */
export function effectsOf({ confirmed, journal }: Question): Effect[] {
  return [...(confirmed?.journal.effects() ?? []), ...(journal?.effects() ?? [])];
}

/**
 * What a tool's end says. A question of a tool's own tells nothing of what was done before it: that stands in front, so that nobody takes
 * the one for the other.
 */
export function lastWords(ending: StepEnding, question: Question): string {
  const effects = 'asked' in ending ? effectsInWords(effectsOf(question), question.speech) : [];
  return joinedOf([...effects, ending.text]);
}

/** Takes what a call said, and which of our documents it is from. */
export function hear(asking: Asking, message: Parameters<typeof heardIn>[0], { find }: OpenedKnowledge): void {
  const { text, cited } = heardIn(message);
  asking.said.push(text);
  const before = joinedOf(asking.said).length - text.length;
  for (const { at, citations } of cited) {
    asking.sources = withCited(asking.sources, { citations, at: before + at, find });
  }
}

/** What Claude's calls have come to; `asked` waits for the user's yes. */
export type Answered = Pick<
  Reply,
  'kind' | 'text' | 'sources' | 'missed' | 'stop' | 'handsOver' | 'unreadable' | 'choices'
> & {
  asked?: Asked;
};

/** Where a sentence of ours stands in the place of what was said, nothing of that is a source. */
export function replyOf(asking: Asking, how: Parameters<typeof toReply>[2]): Answered {
  const { said, sources, stop, handsOver, leftOut, ending, isSearched } = asking;
  const reply = toReply(said, stop, how);
  const isSaid = sources.length > 0 && reply.text.startsWith(joinedOf(said));
  return {
    ...(ending && 'choices' in ending && ending.choices.length > 0 ? { choices: ending.choices } : {}),
    ...(ending && 'asked' in ending ? { asked: ending.asked } : {}),
    ...reply,
    ...(isSaid ? { sources } : {}),
    ...(isSearched && sources.length === 0 && reply.kind === 'answer' ? { missed: true } : {}),
    ...(handsOver ? { handsOver } : {}),
    ...(leftOut.length > 0 ? { unreadable: leftOut } : {}),
  };
}
