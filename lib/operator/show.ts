/** Room of the operator: `show` tells what became of each message of a conversation. */
import { pseudonym } from '../log.ts';
import { partsOfSk, type Store } from '../store/store.ts';
import { type Row, toTable } from '../text/table.ts';
import type { Effect, Rating, Turn } from '../types.ts';
import { type Known, type Named, turnsOf } from './conversation.ts';
import { whyFailed } from './failed.ts';
import { groupOf, tellGroup } from './group.ts';
import { tellHandoff, viewOfHandoff } from './handoff.ts';
import { findConversation } from './trace.ts';
import type { Answer, OperatorDeps } from './verb.ts';

interface Wanted extends Named {
  /** Of this message only. */
  message?: string | undefined;
  /** What was said, too. */
  withText: boolean;
}

export async function show(deps: OperatorDeps, { withText, message, ...named }: Wanted): Promise<Answer> {
  const { store } = deps;
  const { platform, conversation, messageId = message } = await findConversation(deps, named);
  const of = { platform, conversation };
  const [turns, kept, ratings] = await Promise.all([turnsOf(store, of), store.conversationOf(of), store.ratingsIn(of)]);
  const rated = new Map(ratings.map(({ turn, value }) => [turn, value]));
  const { owner, team, summary, handoff } = kept;
  const group = groupOf(kept, turns);
  // Of a message that was named, only what it belongs to.
  const isMeant = ({ sk, into, said }: Turn) =>
    messageId === undefined ||
    [sk, into ?? ''].some((one) => partsOfSk(one).messageId === messageId) ||
    said.some((one) => one.messageId === messageId);
  const meant = turns.filter(isMeant);
  const views = await Promise.all(
    meant.map(async (turn) =>
      viewOf({ ...turn, effects: await effectsOf(store, of, turn), rated: rated.get(turn.sk) }, withText),
    ),
  );
  const blocked = await blockedIn(store, of, turns);
  const usd = views.reduce((sum, view) => sum + (view.usd ?? 0), 0);
  const head = [
    `${of.platform} ${of.conversation}`,
    `answered by: ${owner}`,
    ...(team.length > 0 ? [`team: ${team.join(', ')}`] : []),
    ...(summary ? ['has a summary'] : []),
    `${views.length} ${views.length === 1 ? 'turn' : 'turns'}`,
    `$${usd.toFixed(4)}`,
    `in the log: ${pseudonym(platform, conversation)}`,
    ...(blocked.length > 0 ? [`blocked: ${blocked.join(', ')}`] : []),
  ].join(' · ');
  const headed = [head, ...(group ? [tellGroup(group)] : []), ...(handoff ? tellHandoff(handoff, withText) : [])].join(
    '\n',
  );
  return {
    text: views.length === 0 ? headed : `${headed}\n\n${toTable(views.map(rowOf))}`,
    json: {
      ...of,
      hash: pseudonym(platform, conversation),
      owner,
      team,
      ...(blocked.length > 0 ? { blocked } : {}),
      group,
      ...(handoff ? { handoff: viewOfHandoff(handoff, withText) } : {}),
      usd,
      turns: views,
    },
  };
}

/** Of those who spoke last, so many are looked at. */
const MOST_SPEAKERS = 20;

async function blockedIn(store: Store, { platform }: Known, turns: readonly Turn[]): Promise<string[]> {
  const users = turns.flatMap(({ said }) => said.flatMap(({ speaker, byTeam }) => (byTeam ? [] : speaker.id)));
  const last = [...new Set(users.reverse())].slice(0, MOST_SPEAKERS);
  const marks = await Promise.all(last.map((user) => store.marksOf({ platform, user })));
  return last.filter((_, i) => (marks[i]?.blockedAt ?? 0) > 0);
}

/** What a turn did, or began to do: of one that has no reply, the journal tells. */
async function effectsOf(store: Store, of: Known, { reply, state, sk }: Turn): Promise<readonly Shown[]> {
  if (reply || state !== 'CLAIMED') return reply?.effects ?? [];
  const { calls } = await store.journalOf({ ...of, ...partsOfSk(sk) });
  return [...calls.values()].map(({ tool, input, state }) => ({ tool, input, state }));
}

type Shown = Omit<Effect, 'state'> & { state: Effect['state'] | 'RESERVED' };

/** A turn without the texts, unless they are wanted. */
function viewOf(
  {
    sk,
    state,
    epoch,
    generation,
    said,
    reply,
    into,
    finishedAt,
    replyIds,
    effects,
    rated,
  }: Turn & { effects: readonly Shown[]; rated: Rating['value'] | undefined },
  withText: boolean,
) {
  const { createdAt, messageId } = partsOfSk(sk);
  return {
    at: new Date(createdAt).toISOString(),
    message: messageId,
    by: said[0]?.byTeam ? `${said[0].speaker.id} (team)` : said[0]?.speaker.id,
    /** A stub holds a correction of a message that never came. */
    state: state ?? 'NONE',
    attempts: epoch,
    generation,
    ms: reply?.ms,
    waitedMs: finishedAt === undefined ? undefined : finishedAt - createdAt,
    inputTokens: reply?.usage && reply.usage.inputTokens + reply.usage.cacheReadTokens + reply.usage.cacheWriteTokens,
    cachedTokens: reply?.usage?.cacheReadTokens,
    outputTokens: reply?.usage?.outputTokens,
    usd: reply?.usd,
    bot: reply?.bot,
    promptHash: reply?.promptHash,
    model: reply?.model,
    stop: reply?.stop,
    reason: whyFailed({ state, reply }),
    rated,
    into: into === undefined ? undefined : partsOfSk(into).messageId,
    messages: said.map((one) => one.messageId),
    replies: replyIds ?? [],
    effects: effects.map(({ input, ...effect }) => ({ ...effect, ...(withText ? { input } : {}) })),
    ...(withText ? { said: said.map(({ text }) => text), answer: reply?.text } : {}),
  };
}

type View = ReturnType<typeof viewOf>;

function rowOf(view: View): Row {
  return {
    at: view.at.slice(0, 19).replace('T', ' '),
    message: view.message,
    by: view.by,
    state: view.state,
    tries: view.attempts,
    gen: view.generation || undefined,
    ms: view.ms,
    waited: view.waitedMs,
    in: view.inputTokens,
    cached: view.cachedTokens,
    out: view.outputTokens,
    usd: view.usd === undefined ? undefined : view.usd.toFixed(5),
    bot: view.bot,
    prompt: view.promptHash,
    model: view.model,
    stop: view.stop,
    reason: view.reason,
    rated: view.rated,
    into: view.into,
    replies: view.replies.join(' '),
    did: view.effects.map(({ tool, state, input = '' }) => `${tool} ${state}${input && ` ${input}`}`).join(', '),
    said: view.said?.join(' | '),
    answer: view.answer,
  };
}
