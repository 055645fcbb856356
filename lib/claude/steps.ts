/** Stop 6. The calls of one turn: tools and pauses on the way, and once more where a request or an answer was not to be used. */
import type { Message, MessageCreateParamsBase, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { Later, Permanent } from '../errors.ts';
import type { Reply } from '../types.ts';
import { textOf, toReply } from './answer.ts';
import { corrected, type Mended, shortened } from './mend.ts';
import { normalise } from './normalise.ts';
import type { Question, Toolbox } from './question.ts';
import { askReliably, type Outcome, type ReliableDeps, type ReliableOptions } from './reliable.ts';
import { isPaused, sanitise } from './sanitise.ts';
import { openVoice, type Voice } from './voice.ts';

export interface StepDeps extends Pick<ReliableOptions, 'record' | 'recordError'> {
  reliable: ReliableDeps;
  requestFor(messages: MessageParam[]): MessageCreateParamsBase;
  tools: Toolbox;
}

/** Model calls of one turn: tool steps, paused turns and second tries together. */
const MAX_CALLS = 8;

/** What the asking of one turn has come to. */
interface Asking {
  messages: MessageParam[];
  said: string[];
  stop: string;
  handsOver: boolean;
  leftOut: string[];
  isHalved: boolean;
  hasResults: boolean;
  isAskedAgain: boolean;
}

/** Throws `Later` and `Permanent`. */
export async function takeSteps(
  deps: StepDeps,
  question: Question,
): Promise<Pick<Reply, 'kind' | 'text' | 'stop' | 'handsOver' | 'unreadable'>> {
  const { onText, isRetractable = true } = question;
  const voice = openVoice(onText ?? (() => {}));
  const asking: Asking = {
    messages: normalise(question.messages),
    said: [],
    stop: 'none',
    handsOver: false,
    leftOut: [],
    isHalved: false,
    hasResults: false,
    isAskedAgain: false,
  };
  for (let calls = 0, goesOn = true; goesOn && calls < MAX_CALLS; calls++) {
    voice.begin();
    const outcome = await callOnce(deps, question, asking.messages, voice);
    const isStuck = onText !== undefined && !isRetractable && voice.isHeard();
    const mended = isStuck ? undefined : mend(outcome, asking, question);
    if (mended) {
      if (voice.isHeard()) question.onRetract?.();
      voice.retract();
      asking.messages = mended.messages;
      asking.leftOut.push(...mended.leftOut);
    } else {
      goesOn = await goOn(deps, question, asking, outcome);
    }
  }
  const { said, stop, handsOver, leftOut } = asking;
  return {
    ...toReply(said, stop, { isShown: onText !== undefined && !isRetractable }),
    ...(handsOver ? { handsOver } : {}),
    ...(leftOut.length > 0 ? { unreadable: leftOut } : {}),
  };
}

function callOnce(
  { reliable, requestFor, record, recordError }: StepDeps,
  { onText, isRetractable = true, onRetract, signal }: Question,
  messages: MessageParam[],
  voice: Voice,
): Promise<Outcome> {
  return askReliably(reliable, requestFor(messages), {
    ...{ signal, isRetractable, record, recordError },
    onText: onText && voice.text,
    onRetract: () => {
      voice.retract();
      onRetract?.();
    },
  });
}

/** Another request that may be taken where this one was not; each way once, files one after another. */
function mend(outcome: Outcome, asking: Asking, { files = [] }: Question): Mended | undefined {
  if ('failure' in outcome && outcome.failure.kind === 'bad request') {
    return corrected(asking.messages, files, outcome.failure);
  }
  if (!isTooLong(outcome)) return undefined;
  const shorter = shortened(asking.messages, files, asking.isHalved);
  asking.isHalved = true;
  return shorter;
}

function isTooLong(outcome: Outcome): boolean {
  if ('failure' in outcome) return outcome.failure.kind === 'too long';
  return 'message' in outcome && outcome.message.stop_reason === 'model_context_window_exceeded';
}

/** The message of an outcome, or the error that its failure is to the caller. */
function messageOf(outcome: Outcome): Message {
  if ('message' in outcome) return outcome.message;
  if ('cut' in outcome) return outcome.cut;
  const { failure } = outcome;
  if (failure.kind === 'passing') throw new Later(failure.reason);
  if (failure.kind === 'limited') throw new Later(failure.reason, { afterMs: failure.afterMs });
  throw new Permanent(failure.reason);
}

/** Takes what was answered, and says whether there is another call to make. */
async function goOn(deps: StepDeps, question: Question, asking: Asking, outcome: Outcome): Promise<boolean> {
  const message = messageOf(outcome);
  asking.said.push(textOf(message).trim());
  asking.stop = 'cut' in outcome ? 'deadline' : (message.stop_reason ?? 'none');
  return !('cut' in outcome) && (await answerCalls(deps, question, asking, message));
}

async function answerCalls(deps: StepDeps, question: Question, asking: Asking, message: Message): Promise<boolean> {
  const step = sanitise(message.content, asking.messages);
  const assistant: MessageParam = { role: 'assistant', content: step.content };
  if (asking.stop === 'pause_turn' && isPaused(step)) {
    asking.messages = [...asking.messages, assistant];
    return true;
  }
  // Some APIs call it an end although a tool is called; after any other reason a call may be half a call.
  if (step.calls.length > 0 && RUNS.has(asking.stop)) {
    for (const { name } of step.calls) question.onTool?.(String(name));
    const { results, handsOver } = await deps.tools.run(step.calls, question);
    asking.handsOver ||= handsOver;
    asking.messages = [...asking.messages, assistant, { role: 'user', content: results }];
    asking.hasResults = true;
    asking.stop = 'tool_use';
    return true;
  }
  const isBlank = asking.said.at(-1) === '';
  const isCallless = asking.stop === 'tool_use' || asking.stop === 'pause_turn';
  const isWanting = isBlank && (isCallless || (asking.hasResults && RUNS.has(asking.stop)));
  // Nothing is a call, and its words are then all there is.
  if (isCallless) asking.stop = 'end_turn';
  if (!isWanting || asking.isAskedAgain) return false;
  asking.isAskedAgain = true;
  return true;
}

const RUNS: ReadonlySet<string> = new Set(['tool_use', 'end_turn', 'stop_sequence', 'none']);
