/** Stop 6. The calls of one turn: tools and pauses on the way, and once more where a request or an answer was not to be used. */
import type {
  ContentBlockParam,
  Message,
  MessageCreateParamsBase,
  MessageParam,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { Later, Permanent } from '../errors.ts';
import type { Asked, StepEnding } from '../tools/ending.ts';
import type { Step } from '../tools/journal.ts';
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
  /** Steps in which tools were called. */
  steps: number;
  /** How a tool ended the turn. */
  ending?: StepEnding;
  handsOver: boolean;
  leftOut: string[];
  isHalved: boolean;
  hasResults: boolean;
  isAskedAgain: boolean;
}

/** What Claude's calls have come to; `asked` waits for the user's yes. */
export type Answered = Pick<Reply, 'kind' | 'text' | 'stop' | 'handsOver' | 'unreadable' | 'choices'> & {
  asked?: Asked;
};

/** Throws `Later` and `Permanent`. */
export async function takeSteps(deps: StepDeps, question: Question): Promise<Answered> {
  const { speech, onText, isRetractable = true } = question;
  const voice = openVoice(onText ?? (() => {}));
  const asking: Asking = {
    messages: normalise(question.messages),
    said: [],
    stop: 'none',
    steps: 0,
    handsOver: false,
    leftOut: [],
    isHalved: false,
    hasResults: false,
    isAskedAgain: false,
  };
  await doConfirmed(deps, question, asking);
  await replay(deps, question, asking, voice);
  for (let calls = asking.steps, goesOn = true; goesOn && calls < MAX_CALLS; calls++) {
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
  const { said, stop, handsOver, leftOut, ending } = asking;
  if (ending) {
    voice.begin();
    voice.text(ending.text);
    said.push(ending.text);
  }
  return {
    ...(ending && 'choices' in ending ? { choices: ending.choices } : {}),
    ...(ending && 'asked' in ending ? { asked: ending.asked } : {}),
    ...toReply(said, stop, { isShown: onText !== undefined && !isRetractable, speech }),
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

/** What the user said yes to, as a call of Claude's behind the yes, with its result. */
async function doConfirmed({ tools }: StepDeps, question: Question, asking: Asking): Promise<void> {
  const { confirmed } = question;
  if (!confirmed) return;
  question.onTool?.(confirmed.tool);
  const { told, handsOver } = await tools.confirm(confirmed, question);
  asking.handsOver ||= handsOver;
  const { tool: name, input } = confirmed;
  asking.messages = [
    ...asking.messages,
    { role: 'assistant', content: [{ type: 'tool_use', id: CONFIRMED_ID, name, input: JSON.parse(input) }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: CONFIRMED_ID, ...told }] },
  ];
  asking.hasResults = true;
}

const CONFIRMED_ID = 'toolu_confirmed_by_user';

/** The steps that an earlier attempt has kept are taken as they were: Claude is not asked for them again, and what was done is not done again. */
async function replay(deps: StepDeps, question: Question, asking: Asking, voice: Voice): Promise<void> {
  for (const kept of question.journal?.replay ?? []) {
    voice.begin();
    const text = textOf(kept);
    voice.text(text);
    asking.said.push(text.trim());
    const calls = kept.content.filter((block): block is ToolUseBlock => block.type === 'tool_use');
    await runCalls(deps, question, asking, { content: [...kept.content], calls, kept });
  }
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
  if (asking.stop === 'pause_turn' && isPaused(step)) {
    asking.messages = [...asking.messages, { role: 'assistant', content: step.content }];
    return true;
  }
  // Some APIs call it an end although a tool is called; after any other reason a call may be half a call.
  if (step.calls.length > 0 && RUNS.has(asking.stop)) {
    return runCalls(deps, question, asking, step);
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

/** A step that calls tools, and their results behind it; false when a tool ends the turn. */
async function runCalls(
  { tools }: StepDeps,
  question: Question,
  asking: Asking,
  step: { content: ContentBlockParam[]; calls: ToolUseBlock[]; kept?: Step },
): Promise<boolean> {
  for (const { name } of step.calls) question.onTool?.(String(name));
  const ran = await tools.run({ number: asking.steps, ...step }, question);
  if ('ends' in ran) {
    asking.ending = ran.ends;
    asking.stop = 'end_turn';
    return false;
  }
  const { results, handsOver } = ran;
  asking.steps += 1;
  asking.handsOver ||= handsOver;
  const assistant: MessageParam = { role: 'assistant', content: step.content };
  asking.messages = [...asking.messages, assistant, { role: 'user', content: results }];
  asking.hasResults = true;
  asking.stop = 'tool_use';
  return true;
}

const RUNS: ReadonlySet<string> = new Set(['tool_use', 'end_turn', 'stop_sequence', 'none']);
