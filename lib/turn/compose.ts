/** Stop 6, around Claude: what a user may ask, what Claude is shown, and what it may cost. */
import type { Ask } from '../claude/ask.ts';
import type { Seen } from '../claude/attached.ts';
import { buildWindow, type Files, noteOfEffects, type Window, type WindowLimits } from '../claude/window.ts';
import { Refused } from '../errors.ts';
import { pseudonym } from '../log.ts';
import { type Recent, turnSk } from '../store/store.ts';
import { noteOfContext } from '../text/context.ts';
import type { Speech } from '../text/sentences.ts';
import type { Asked } from '../tools/ending.ts';
import type { Journal } from '../tools/journal.ts';
import type { Confirmed } from '../tools/toolbox.ts';
import type { Effect, Reply, Sent, Turn } from '../types.ts';
import type { Asker, Limits, OverLimit, Reservation } from './limits.ts';
import type { Listener } from './listener.ts';

export interface ComposeDeps {
  ask: Ask;
  window: WindowLimits;
  limits: Limits;
  /** The files of these turns as Claude takes them, by URL; to be let go in the end. Never throws. */
  fetchFiles(turns: readonly Turn[], signal: AbortSignal): Promise<Seen>;
  /** An estimate from above of what an answer costs: prompt tokens → US dollars. */
  estimateUsd(promptTokens: number): number;
}

export interface ComposeInput {
  head: Sent;
  turn: Turn;
  recent: Recent;
  /** The sentences for who asks. */
  speech: Speech;
  signal: AbortSignal;
  /** Ends what tools do, sooner. */
  toolSignal: AbortSignal;
  listener: Listener | undefined;
  journal: Journal;
  /** What the user has said yes to in this turn, or did not. */
  confirmed?: Confirmed | undefined;
  declined?: Effect | undefined;
}

/** The reply to store, or the turn that said for this one, too, that a limit is reached. */
export type Composed = { reply: Reply & { asked?: Asked } } | { mergedInto: string };
export type Compose = (input: ComposeInput) => Promise<Composed>;

/** Throws `Refused` with the sentence for the user, and what asking throws. */
export async function compose(deps: ComposeDeps, input: ComposeInput): Promise<Composed> {
  const { head, turn, recent, speech, declined } = input;
  const asker = {
    platform: head.platform,
    conversation: head.conversation,
    user: head.speaker.id,
    sk: turnSk(head),
    bot: head.bot,
  };
  const refusal = turn.said.every((said) => said.refusal) ? turn.said[0]?.refusal : undefined;
  const { earlier, conversation } = recent;
  const { summary } = conversation;
  const windowWith = (files: Files): Window => {
    const window = buildWindow(recent.turns, turn, deps.window, { files, summary, earlier });
    if (declined) window.messages.at(-1)?.content.push(noteOfEffects([declined]));
    return window;
  };

  // Before any file is fetched; most conversations have none.
  const behind = head.context && noteOfContext(head.context);
  const bare = windowWith(new Map());
  const usd = refusal ? 0 : deps.estimateUsd(bare.tokens + tokensOf(behind));
  const entered = await deps.limits.enter(asker, { messages: turn.said.length, usd });
  if ('limit' in entered) return refuse(entered, speech);
  const paid = { reserved: entered, usd: 0 };
  try {
    if (refusal) throw new Refused(refusal, 'guarded');
    return await composeWithin(deps, input, { asker, paid, bare, behind, windowWith });
  } finally {
    await deps.limits.settle(paid.reserved, paid.usd);
  }
}

interface Within {
  asker: Asker;
  /** What was set aside, and what was spent of it. */
  paid: { reserved: Reservation; usd: number };
  bare: Window;
  /** What is told of this turn only. */
  behind: string | undefined;
  windowWith(files: Files): Window;
}

async function composeWithin(
  deps: ComposeDeps,
  { head, turn, recent, speech, signal, toolSignal, listener, journal, confirmed }: ComposeInput,
  { asker, paid, bare, behind, windowWith }: Within,
): Promise<Composed> {
  const { files, shown, letGo } = await deps.fetchFiles([...recent.turns, turn], signal);
  try {
    const { messages, from, tokens } = files.size === 0 ? bare : windowWith(files);
    const raised = await deps.limits.raise(asker, paid.reserved, deps.estimateUsd(tokens + tokensOf(behind)));
    if ('limit' in raised) return refuse(raised, speech);
    paid.reserved = raised;
    const reply = await deps.ask({
      messages,
      ...(behind === undefined ? {} : { behind }),
      files: shown,
      about: head,
      speech,
      userId: pseudonym(head.platform, head.speaker.id),
      signal,
      toolSignal,
      journal,
      ...(confirmed ? { confirmed } : {}),
      onCost: (usd) => {
        paid.usd += usd;
      },
      ...listener,
    });
    return { reply: { ...reply, ...(from === undefined ? {} : { windowFrom: from }) } };
  } finally {
    letGo();
  }
}

/** Of a text that is not in the window, by estimate from above. */
function tokensOf(text = ''): number {
  return Buffer.byteLength(text);
}

/** The first turn over a limit says so, the others of that time are covered by it. */
function refuse({ limit, waitSeconds, carrier, isFirst }: OverLimit, speech: Speech): { mergedInto: string } {
  if (!isFirst) return { mergedInto: carrier };
  const sentence = { messages: speech.slowDown, user: speech.userSpent, total: speech.allSpent }[limit];
  throw new Refused(sentence(waitSeconds), `limit ${limit}`);
}
