/** Stop 6. The calls of one turn: tools and pauses on the way, and once more where a request or an answer was not to be used. */
import type {
  ContentBlockParam,
  Message,
  MessageCreateParamsBase,
  MessageParam,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { Later, Permanent } from '../errors.ts';
import type { OpenedKnowledge } from '../knowledge/open.ts';
import { withCited } from '../knowledge/sources.ts';
import { SEARCH_KNOWLEDGE } from '../knowledge/tool.ts';
import type { Step } from '../tools/journal.ts';
import type { ToolRun } from '../tools/tool.ts';
import { textOf } from './answer.ts';
import { type Answered, type Asking, hear, lastWords, openAsking, replyOf } from './asking.ts';
import type { Place } from './failure.ts';
import { type Hold, instead, isFromNothing, openHold } from './hold.ts';
import { corrected, type Mended, shortened } from './mend.ts';
import type { Question, Toolbox } from './question.ts';
import { askReliably, type Outcome, type ReliableDeps, type ReliableOptions } from './reliable.ts';
import { isPaused, sanitise } from './sanitise.ts';
import { openVoice, type Voice } from './voice.ts';

export interface StepDeps extends Pick<ReliableOptions, 'record' | 'recordError'> {
  reliable: ReliableDeps;
  requestFor(messages: MessageParam[]): MessageCreateParamsBase;
  tools: Toolbox;
  known: OpenedKnowledge;
  isOnlyFromDocuments: boolean;
}

/** Model calls of one turn: tool steps, paused turns and second tries together. */
const MAX_CALLS = 8;

/** Throws `Later` and `Permanent`. */
export async function takeSteps(deps: StepDeps, question: Question): Promise<Answered> {
  const { speech, onText, isRetractable = true } = question;
  const hold = openHold(onText ?? (() => {}), { isHolding: deps.isOnlyFromDocuments });
  const voice = openVoice(hold.text);
  const asking = openAsking(question);
  await doConfirmed(deps, question, asking);
  await replay(deps, question, asking, voice);
  for (let calls = asking.steps, goesOn = true; goesOn && calls < MAX_CALLS; calls++) {
    voice.begin();
    const outcome = await callOnce(deps, question, asking, { voice, hold });
    const isStuck = onText !== undefined && !isRetractable && voice.isHeard();
    const mended = isStuck ? undefined : mend(outcome, asking, question, deps.known.leading.length);
    if (mended) {
      if (voice.isHeard()) question.onRetract?.();
      hold.drop();
      voice.retract();
      asking.messages = mended.messages;
      asking.leftOut.push(...mended.leftOut);
    } else {
      goesOn = await goOn(deps, question, asking, outcome);
    }
  }
  if (deps.isOnlyFromDocuments && isFromNothing(asking)) return instead(asking, question, hold);
  hold.release();
  if (asking.ending) {
    const last = lastWords(asking.ending, question);
    voice.begin();
    voice.text(last);
    asking.said.push(last);
  }
  return replyOf(asking, { isShown: onText !== undefined && !isRetractable, speech });
}

function callOnce(
  { reliable, requestFor, record, recordError, known: { find } }: StepDeps,
  { onText, onSource, isRetractable = true, onRetract, signal }: Question,
  { messages, sources, ran }: Asking,
  { voice, hold }: { voice: Voice; hold: Hold },
): Promise<Outcome> {
  let told = sources;
  return askReliably(reliable, requestFor(messages), {
    ...{ signal, isRetractable },
    record: (attempt) => record({ ...attempt, ran: ran.splice(0) }),
    recordError: (refusal) => recordError({ ...refusal, ran: ran.splice(0) }),
    onText: onText && voice.text,
    onCited: (citations) => {
      const next = withCited(told, { citations, at: 0, find });
      if (next.length > 0) hold.release();
      for (const source of next.slice(told.length)) onSource?.(source);
      told = next;
    },
    onRetract: () => {
      told = sources;
      hold.drop();
      voice.retract();
      onRetract?.();
    },
  });
}

/** What the user said yes to, as a call of Claude's behind the yes, with its result. */
async function doConfirmed({ tools }: StepDeps, question: Question, asking: Asking): Promise<void> {
  const { confirmed } = question;
  if (!confirmed) return;
  const onRan = (run: ToolRun) => void asking.ran.push({ ...run, id: CONFIRMED_ID });
  const { told, handsOver } = await tools.confirm(confirmed, { ...question, signal: toolSignalOf(question), onRan });
  asking.handsOver ||= handsOver;
  const { tool: name, input } = confirmed;
  asking.messages = [
    ...asking.messages,
    { role: 'assistant', content: [{ type: 'tool_use', id: CONFIRMED_ID, name, input: JSON.parse(input) }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: CONFIRMED_ID, ...told }] },
  ];
  asking.hasResults = true;
}

function toolSignalOf({ signal, toolSignal = signal }: Question): AbortSignal {
  return toolSignal;
}

const CONFIRMED_ID = 'toolu_confirmed_by_user';

/** The steps that an earlier attempt has kept are taken as they were: Claude is not asked for them again, and what was done is not done again. */
async function replay(deps: StepDeps, question: Question, asking: Asking, voice: Voice): Promise<void> {
  for (const kept of question.journal?.replay ?? []) {
    voice.begin();
    voice.text(textOf(kept));
    hear(asking, kept, deps.known);
    const calls = kept.content.filter((block): block is ToolUseBlock => block.type === 'tool_use');
    await runCalls(deps, question, asking, { content: [...kept.content], calls, kept });
  }
}

/** Another request that may be taken where this one was not; each way once, files one after another. */
function mend(outcome: Outcome, asking: Asking, { files = [] }: Question, documents: number): Mended | undefined {
  if ('failure' in outcome && outcome.failure.kind === 'bad request') {
    // The API counts the documents in front of the first message's own blocks.
    const blocks = outcome.failure.blocks.map(
      ([message, block]): Place => [message, message === 0 ? block - documents : block],
    );
    return corrected(asking.messages, files, { ...outcome.failure, blocks });
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
  hear(asking, message, deps.known);
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
    return runCalls(deps, question, asking, { ...step, askedBy: message.id });
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
  step: { content: ContentBlockParam[]; calls: ToolUseBlock[]; kept?: Step; askedBy?: string },
): Promise<boolean> {
  const { askedBy, ...toRun } = step;
  const onRan = (run: ToolRun) => void asking.ran.push({ ...run, ...(askedBy === undefined ? {} : { askedBy }) });
  const ran = await tools.run(
    { number: asking.steps, ...toRun },
    { ...question, signal: toolSignalOf(question), onRan },
  );
  if ('ends' in ran) {
    asking.ending = ran.ends;
    asking.stop = 'end_turn';
    return false;
  }
  const { results, handsOver } = ran;
  asking.steps += 1;
  asking.isSearched ||= step.calls.some(({ name }) => name === SEARCH_KNOWLEDGE);
  asking.handsOver ||= handsOver;
  const assistant: MessageParam = { role: 'assistant', content: step.content };
  asking.messages = [...asking.messages, assistant, { role: 'user', content: results }];
  asking.hasResults = true;
  asking.stop = 'tool_use';
  return true;
}

const RUNS: ReadonlySet<string> = new Set(['tool_use', 'end_turn', 'stop_sequence', 'none']);
