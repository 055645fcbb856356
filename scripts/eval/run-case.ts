/** The evals: one run of one case, turn by turn, and what was not as expected. */

import type { SpeechFor } from '../../lib/bots/speech.ts';
import { noHandoff } from '../../lib/config/handoff.ts';
import { tellNobody } from '../../lib/events/outbox.ts';
import type { Chunk } from '../../lib/knowledge/chunk.ts';
import { placeOf } from '../../lib/knowledge/passage.ts';
import type { Store } from '../../lib/store/store.ts';
import { takeTurn } from '../../lib/turn/turn.ts';
import type { Reply, Sent } from '../../lib/types.ts';
import type { Answering } from './answering.ts';
import { type Answered, unmet } from './expect.ts';
import { writeHistory } from './history.ts';
import type { Judge, Verdict } from './judge.ts';
import type { NamedCase } from './read-cases.ts';
import type { Called } from './tools.ts';

export interface RunDeps {
  answering: Answering;
  store: Store;
  speech: SpeechFor;
  /** Of the bot; none without documents. */
  chunks: readonly Chunk[];
  /** Missing without a real Claude. */
  judge: Judge | undefined;
  now(): number;
  newId(): string;
}

export interface Failure {
  /** From 1 on. */
  turn: number;
  problem: string;
  answer: string;
}

export interface CaseRun {
  failures: Failure[];
  /** Criteria that nobody judged. */
  unjudged: number;
  usd: number;
  ms: number;
}

/** For an answer; nothing else waits behind it. */
const TURN_MS = 110_000;

/** Throws only what the table throws: what goes wrong with an answer is its failure. */
export async function runCase(one: NamedCase, deps: RunDeps): Promise<CaseRun> {
  const { store, now, newId, judge } = deps;
  const of = { platform: 'http' as const, conversation: newId() };
  const speaker = { id: newId() };
  const run: CaseRun = { failures: [], unjudged: 0, usd: 0, ms: 0 };
  const said: string[] = (one.history ?? []).flatMap((line) =>
    Object.entries(line).map(([by, text]) => `${by}: ${text}`),
  );
  let calls: Called[] = [];
  let unanswered: string[] = [];
  let usd = 0;
  const compose = deps.answering({
    answers: one.tools ?? {},
    onCall: (call) => void calls.push(call),
    onUnanswered: (name) => void unanswered.push(name),
    onUsd: (cost) => {
      usd += cost;
    },
  });
  await writeHistory(one.history ?? [], { store, of, speaker, now });
  for (const [i, { user, expect = [] }] of one.turns.entries()) {
    [calls, unanswered, usd] = [[], [], 0];
    const startedAt = now();
    const sent: Sent = {
      ...{ event: 'sent', ...of, messageId: newId(), createdAt: startedAt, bot: one.bot },
      ...{ speaker, text: user, attachments: [], ...(one.context ? { context: one.context } : {}) },
    };
    const reply = await replyTo(sent, compose, deps);
    run.ms += now() - startedAt;
    said.push(`user: ${user}`, `bot: ${reply?.text ?? ''}`);
    const answered = { text: reply?.text ?? '', cites: filesOf(reply, deps.chunks), calls, usd };
    const problems = [
      ...notAnswered(reply),
      ...unanswered.map(unansweredBy),
      ...expect.flatMap((all) => unmet(all, answered)),
    ];
    for (const { judge: criterion } of expect) {
      if (criterion === undefined) continue;
      const verdict = await judge?.(criterion, said.join('\n\n')).catch(unjudged);
      if (!verdict) run.unjudged += 1;
      else if (!verdict.passed) problems.push(`is not “${criterion}”: ${verdict.reason}`);
      usd += verdict?.usd ?? 0;
    }
    run.usd += usd;
    run.failures.push(...problems.map((problem) => ({ turn: i + 1, problem, answer: answered.text })));
  }
  return run;
}

async function replyTo(sent: Sent, compose: ReturnType<Answering>, deps: RunDeps): Promise<Reply | undefined> {
  const { store, speech, now, newId } = deps;
  const { turn } = await takeTurn(
    {
      ...{ store, compose, speech, now, newId, tell: tellNobody, handoff: noHandoff, maxInputChars: 0, log: () => {} },
      platform: () => ({ hasButtons: true, deliver: async () => [newId()] }),
    },
    { burst: [sent], generation: 0, attempts: 1, remainingMs: () => TURN_MS, isOnlyAttempt: true },
  );
  return turn.reply;
}

/** A judge who fails ends this criterion, and no other run: what was paid for is told. */
function unjudged(error: unknown): Verdict {
  const reason = error instanceof Error ? error.message : String(error);
  return { passed: false, usd: 0, reason: `it could not be judged: ${reason}` };
}

function notAnswered(reply: Reply | undefined): string[] {
  if (reply?.kind === 'apology') return [`is an apology (${reply.reason ?? reply.stop})`];
  return reply ? [] : ['is none'];
}

function unansweredBy(tool: string): string {
  return `needs what ${tool} gives, as it acts and is never run here: add it to the case, tools: { ${tool}: … }`;
}

/** A source is named as its chunk is. */
function filesOf(reply: Reply | undefined, chunks: readonly Chunk[]): Answered['cites'] {
  const files = (reply?.sources ?? []).flatMap(
    ({ title, url }) =>
      chunks.find((chunk) => placeOf(chunk) === title && (url ?? chunk.url) === chunk.url)?.file ?? [],
  );
  return [...new Set(files)];
}
