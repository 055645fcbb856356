/** Tools: the journal of one turn. What was begun is there before it is begun, so that no later attempt does it again. */
import { createHash } from 'node:crypto';
import type { ContentBlockParam, ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { Superseded } from '../errors.ts';
import type { Log } from '../log.ts';
import { errorName } from '../log.ts';
import { cutToBytes } from '../text/bytes.ts';
import type { Effect, EffectState, KeptCall, KeptJournal, KeptStep, MessageRef } from '../types.ts';
import { canonical } from './canonical.ts';

/** Where the journal is kept; as lib/store/journal.ts does it. */
export interface JournalStore {
  journalOf(ref: MessageRef): Promise<KeptJournal>;
  keptCall(ref: MessageRef, place: string): Promise<KeptCall | undefined>;
  keepStep(ref: MessageRef, number: number, step: Omit<KeptStep, 'at'>, by: string): Promise<void>;
  reserve(ref: MessageRef, place: string, call: Omit<KeptCall, 'state' | 'result'>): Promise<void>;
  retake(ref: MessageRef, place: string, from: string, by: string): Promise<void>;
  settle(ref: MessageRef, place: string, by: string, end: { state: EffectState; result: string }): Promise<void>;
}

/** One step of a turn: what Claude wrote, and the results of those of its calls that do not act. */
export interface Step {
  content: readonly ContentBlockParam[];
  results: readonly ToolResultBlockParam[];
  handsOver: boolean;
}

/** What Claude is told of a call. */
export type Told = Pick<ToolResultBlockParam, 'content' | 'is_error'>;

/** A call that was begun, as far as it got. */
export interface Begun {
  state: 'RESERVED' | EffectState;
  told: Told | undefined;
}

/** What is to be done once. */
export interface Act {
  tool: string;
  input: unknown;
}

export type Journal = ReturnType<typeof openJournal>;

/** A turn that acts more often than this follows no plan, and what is told of it must end. */
export const MAX_ACTS = 16;

/** Of an input (bytes), in what is told of an effect later. */
const NOTED_INPUT_BYTES = 400;

/** An input is a few fields; one that is kept has to fit into an item with its result. */
export const MAX_INPUT_BYTES = 64 * 1024;

/** Of what the results of a step may hold beside text (bytes), so that its item has room for them. */
const MAX_RESULTS_BYTES = 250 * 1024;

/**
 * The journal of the turn of `ref` for the attempt `by`. `isNew`: no attempt was before this one, so nothing is there to be read.
 * Throws what the table throws.
 */
export async function loadJournal(
  store: JournalStore,
  { ref, by, isNew, now, log }: { ref: MessageRef; by: string; isNew: boolean; now: number; log: Log },
) {
  const { steps, calls } = isNew ? NOTHING : await store.journalOf(ref);
  return openJournal(store, { ref, by, log }, { steps: stepsOf(steps, now), calls });
}

/** The same for one call at a place of its own, in the journal of the turn that asked about it. */
export async function loadCall(
  store: JournalStore,
  place: string,
  { ref, by, log }: { ref: MessageRef; by: string; log: Log },
): Promise<Journal> {
  const call = await store.keptCall(ref, place);
  return openJournal(store, { ref, by, log }, { steps: [], calls: new Map(call ? [[place, call]] : []) });
}

const NOTHING = { steps: [], calls: new Map() };

/** Claude's thoughts are good for so long (ms); what it did is known without them. */
const THOUGHTS_MS = 24 * 3_600_000;

/** All thoughts or none: those of a later step are bound to those before. */
function stepsOf(stored: readonly KeptStep[], now: number): Step[] {
  const isFresh = stored.every(({ at }) => now - at < THOUGHTS_MS);
  return stored.map(({ content, results, handsOver }) => {
    const blocks: ContentBlockParam[] = JSON.parse(content);
    return { content: isFresh ? blocks : blocks.filter(isNoThought), results: JSON.parse(results), handsOver };
  });
}

function isNoThought({ type }: ContentBlockParam): boolean {
  return type !== 'thinking' && type !== 'redacted_thinking';
}

function openJournal(
  store: JournalStore,
  { ref, by, log }: { ref: MessageRef; by: string; log: Log },
  kept: { steps: readonly Step[]; calls: ReadonlyMap<string, KeptCall> },
) {
  const steps: Step[] = [...kept.steps];
  const calls = new Map(kept.calls);
  let keptSteps = steps.length;
  let isBegun = keptSteps > 0;

  /** A failing note of what has happened changes nothing of it: this attempt knows it, and the reply tells it. */
  async function settle(place: string, owner: string, end: { state: EffectState; result: string }): Promise<void> {
    const once = () => store.settle(ref, place, owner, end);
    await once().catch(async (error: unknown) => {
      if (error instanceof Superseded) throw error;
      await once().catch((again: unknown) => {
        if (again instanceof Superseded) throw again;
        log('effect-not-noted', { error: errorName(again) });
      });
    });
  }

  return {
    /** What earlier attempts have come to, in order. */
    replay: kept.steps,

    /** Whether anything of it is in the table, or may be. */
    isBegun: () => isBegun,

    /** How many calls that act were begun. */
    begun: () => calls.size,

    /** Takes the step of that number; `acts`: before any of its calls that act, it is kept, and so is all that came before it. */
    async take(number: number, step: Step, { acts }: { acts: boolean }): Promise<void> {
      steps[number] = step;
      if (!acts) return;
      isBegun = true;
      for (; keptSteps <= number; keptSteps++) {
        const next = steps[keptSteps];
        if (next) await store.keepStep(ref, keptSteps, toStored(next), by);
      }
    },

    /** The call at this place, or another one of the turn that is the same; `undefined` when it is new. */
    find(place: string, act: Act): Begun | undefined {
      const found = calls.get(place) ?? sameIn(calls.values(), act);
      return found && { state: found.state, told: found.result === undefined ? undefined : JSON.parse(found.result) };
    },

    /** The same for every attempt, and for no other call in the world: what the other side may know a repeat by. */
    keyOf: (place: string): string =>
      createHash('sha256')
        .update([ref.platform, ref.conversation, String(ref.createdAt), ref.messageId, place].join('\u0000'))
        .digest('hex')
        .slice(0, 40),

    /** The call may be made now, by this attempt alone. Throws `Superseded` where another one was there first. */
    async reserve(place: string, act: Act): Promise<void> {
      const known = calls.get(place);
      if (known) await store.retake(ref, place, known.by, by);
      else await store.reserve(ref, place, { ...toCall(act), by });
      calls.set(place, { ...toCall(act), by, state: 'RESERVED' });
    },

    /** What became of the call that was reserved at this place. */
    async settle(place: string, state: EffectState, told: Told): Promise<void> {
      const call = calls.get(place);
      if (!call) return;
      const result = JSON.stringify(told);
      calls.set(place, { ...call, state, result });
      await settle(place, call.by, { state, result });
    },

    /** The call was asked for and not begun: no other attempt needs to know, but what the turn comes to tells it. */
    refuse(place: string, act: Act, told: Told): void {
      calls.set(place, { ...toCall(act), by, state: 'REFUSED', result: JSON.stringify(told) });
    },

    /** What the turn did, or may have done, and what it could not do; a call of which nothing more was heard may have happened. */
    effects: (): Effect[] =>
      [...calls.values()].map(({ tool, input, state }) =>
        noted({ tool, input, state: state === 'RESERVED' ? 'UNKNOWN' : state }),
      ),
  };
}

/** As it is told later: the beginning of its input. */
export function noted({ input, ...effect }: Effect): Effect {
  return { ...effect, input: cutToBytes(input, NOTED_INPUT_BYTES) };
}

function toStored({ content, results, handsOver }: Step): Omit<KeptStep, 'at'> {
  return { content: JSON.stringify(content), results: JSON.stringify(withinBytes(results)), handsOver };
}

/** Where results have pictures that no item has room for, only their words are kept. */
function withinBytes(results: readonly ToolResultBlockParam[]): readonly ToolResultBlockParam[] {
  if (Buffer.byteLength(JSON.stringify(results)) <= MAX_RESULTS_BYTES) return results;
  return results.map(({ content, ...result }) => ({
    ...result,
    content: typeof content === 'string' ? content : (content ?? []).filter(({ type }) => type === 'text'),
  }));
}

function sameIn(calls: Iterable<KeptCall>, act: Act): KeptCall | undefined {
  const { tool, inputHash } = toCall(act);
  return [...calls].find((call) => call.tool === tool && call.inputHash === inputHash);
}

function toCall({ tool, input }: Act): Pick<KeptCall, 'tool' | 'input' | 'inputHash'> {
  const json = JSON.stringify(input);
  return { tool, input: json, inputHash: createHash('sha256').update(canonical(input)).digest('hex') };
}
