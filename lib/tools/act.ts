/** Tools: one call that acts. It is noted before it runs, and runs once, whatever becomes of those who run it. */
import { errorName, type Log } from '../log.ts';
import type { EffectState } from '../types.ts';
import { inTime, isLate } from './in-time.ts';
import { type Journal, MAX_ACTS, MAX_INPUT_BYTES, type Told } from './journal.ts';
import type { Call } from './prepare.ts';
import {
  type ActingContext,
  OutcomeUnknown,
  type ReadyCall,
  type Tool,
  type ToolContext,
  ToolError,
  type ToolRun,
} from './tool.ts';
import { toContent, wrapError, wrapResult } from './wrap.ts';

export interface Acting {
  /** The number of the step in its turn, and of the call in its step. */
  number: number;
  position: number;
  journal: Journal;
  context: ToolContext;
  log: Log;
  onRan?: ((run: ToolRun) => void) | undefined;
}

type Ready = { name: string; tool: Tool } & ReadyCall;

/** What Claude is told of it. Throws what the journal throws, and then nothing has run that is not noted. */
export async function act(call: Call, { number, position, ...acting }: Acting): Promise<Told> {
  return actAt(`${String(number).padStart(2, '0')}.${position}`, call, acting);
}

/** The same for a call at a place of its own. */
export async function actAt(place: string, call: Call, acting: Omit<Acting, 'number' | 'position'>): Promise<Told> {
  const { journal, context, log, onRan } = acting;
  const input = 'input' in call ? call.input : {};
  const begun = journal.find(place, { tool: call.name, input });
  if (begun?.told) return begun.told;
  if (begun) {
    const known = await whatBecame(place, call, acting);
    if (known) return known;
  }
  if (!('tool' in call)) {
    log('tool-refused', { tool: call.name });
    return failed(call.mend);
  }
  const why = begun ? undefined : unfit(call, acting);
  if (why !== undefined) return failed(why);
  await journal.reserve(place, { tool: call.name, input });
  const startedAt = context.now();
  const { state, told, error } = await attempt(call, { ...context, key: journal.keyOf(place) });
  const endedAt = context.now();
  log('tool-ran', { tool: call.name, ms: endedAt - startedAt, error, effect: state });
  onRan?.({ id: call.id, name: call.name, startedAt, endedAt, ...(error === undefined ? {} : { error }) });
  return settle(place, call, acting, { state, told });
}

/** Why it is not begun; nothing has happened then. */
function unfit({ input }: Ready, { journal, context }: Pick<Acting, 'journal' | 'context'>): string | undefined {
  if (context.signal.aborted) return 'Not run: there is no time left for it.';
  if (journal.begun() >= MAX_ACTS) return `Not run: more than ${MAX_ACTS} such calls for one message.`;
  if (Buffer.byteLength(JSON.stringify(input)) > MAX_INPUT_BYTES) return 'Not run: its input is too long.';
  return undefined;
}

interface Outcome {
  state: EffectState;
  told: Told;
  error?: string;
}

/** Only the tool itself can say that nothing happened: any other error may come after it. */
async function attempt(call: Ready, context: ActingContext): Promise<Outcome> {
  try {
    return done(call.name, await inTime(context, call.tool.timeoutMs, call.run));
  } catch (error) {
    if (error instanceof ToolError) return { state: 'REFUSED', told: failed(error.message), error: error.name };
    if (error instanceof OutcomeUnknown) {
      const said = `${UNKNOWN.content}\n${wrapResult(call.name, error.said)}`;
      return { state: 'UNKNOWN', told: { ...UNKNOWN, content: said }, error: error.name };
    }
    return { state: 'UNKNOWN', told: UNKNOWN, error: isLate(error) ? 'timeout' : errorName(error) };
  }
}

/** What it gave may be what JSON cannot say: it has happened all the same. */
function done(name: string, result: unknown): Outcome {
  try {
    return { state: 'DONE', told: { content: toContent(name, result) } };
  } catch (error) {
    return { state: 'DONE', told: { content: 'It was done. Its result cannot be shown.' }, error: errorName(error) };
  }
}

/** Of a call that an earlier attempt began and did not end; `undefined` where it did not happen, and may be made now. */
async function whatBecame(
  place: string,
  call: Call,
  acting: Omit<Acting, 'number' | 'position'>,
): Promise<Told | undefined> {
  const { journal, context } = acting;
  const unknown = () => settle(place, call, acting, { state: 'UNKNOWN', told: UNKNOWN });
  if (!('tool' in call) || !call.recover) return unknown();
  try {
    const found = await inTime({ ...context, key: journal.keyOf(place) }, call.tool.timeoutMs, call.recover);
    if (found === null) return undefined;
    const { state, told } = done(call.name, found);
    return settle(place, call, acting, { state, told });
  } catch {
    return unknown();
  }
}

async function settle(
  place: string,
  { name }: Call,
  { journal, log }: Pick<Acting, 'journal' | 'log'>,
  { state, told }: Outcome,
): Promise<Told> {
  await journal.settle(place, state, told);
  if (state === 'UNKNOWN') log('effect-unknown', { tool: name });
  return told;
}

const UNKNOWN: Told = {
  is_error: true,
  content:
    'It is not known whether this happened. Do not call it again. Tell the user plainly that it may or may not have been done, and that somebody has to look.',
};

function failed(message: string): Told {
  return { is_error: true, content: wrapError(message) };
}
