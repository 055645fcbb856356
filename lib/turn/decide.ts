/** Stop 6. What becomes of a turn that is ours: a reply, or nothing, as a human answers or another turn has said it. */
import { Refused } from '../errors.ts';
import { labelled } from '../log.ts';
import { type Journal, loadJournal } from '../tools/journal.ts';
import type { Reply } from '../types.ts';
import { composeVisibly } from './answer.ts';
import { keepUnanswered } from './claim.ts';
import { asking } from './confirm.ts';
import { withEarlier } from './earlier.ts';
import { hasActed, telling, toldAlone } from './effects.ts';
import { apologise, comesBack, reasonOf } from './ending.ts';
import { fitReply } from './fit.ts';
import { handedBefore, handedByDislikes, handedByRule, handedByWord } from './hand-over.ts';
import { release } from './keep.ts';
import { withQuotes } from './quote.ts';
import type { Decision, TurnDeps, TurnInput, Work } from './shapes.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** So often Claude is asked for one turn: again where a crash or the table has lost the first answer, which may have been paid. */
const MAX_ASKS = 2;

/** A look at the conversation's owner is good for so long (ms). */
const LOOK_MS = 2_000;

/** Throws only what another attempt may mend, and never at the last one. */
export async function decide(deps: TurnDeps, input: TurnInput, work: Work): Promise<Decision> {
  const { turn, holder } = work;
  const [head] = input.burst;
  const said = turn.said.filter(({ messageId }) => messageId === head.messageId);
  // A turn that an earlier attempt gave back without a word is known to have done nothing only by what it noted.
  const isNew = turn.epoch === 1 && turn.generation === 0;
  const by = holder.owner;
  try {
    const how = { ref: head, by, isNew, now: deps.now(), log: labelled(deps.log, head) };
    const journal = await loadJournal(deps.store, how);
    const decision = await decideWith(deps, input, { ...work, journal });
    return 'reply' in decision
      ? { ...decision, reply: await handedByRule(deps, input, work, decision.reply) }
      : decision;
  } catch (error) {
    if (!comesBack(error, input.attempts)) return { said, reply: apologise(deps, head, reasonOf(error)) };
    await release(deps, head, holder, { isAsked: false });
    throw error;
  }
}

async function decideWith(deps: TurnDeps, input: TurnInput, work: Work & { journal: Journal }): Promise<Decision> {
  const { turn, looking, startedAt, journal, forgottenAt = 0, isBlocked = false } = work;
  const [head] = input.burst;
  let said = turn.said.filter(({ messageId }) => messageId === head.messageId);
  const speech = deps.speech(head);
  let verdict: Verdict = {};
  const effects = () => [
    ...(verdict.confirmed?.journal.effects() ?? []),
    ...(verdict.declined ? [verdict.declined] : []),
    ...journal.effects(),
  ];
  const told = (reply: Reply): Decision => ({ said, reply: telling(reply, effects(), speech) });
  const left = (): Decision =>
    hasActed(effects()) ? { said, reply: toldAlone(effects(), speech) } : { said, isLeft: true };
  try {
    let recent = await looking;
    said = await keepUnanswered(deps, head, turn.said);
    verdict = await verdictOf(deps, input, { ...work, turn: { ...turn, said }, turns: recent.turns });
    const begun = await handedBefore(deps, { head, turn, conversation: recent.conversation, speech });
    if (begun) return told(begun);
    if (recent.conversation.owner !== 'bot') return left();
    if (isBlocked) {
      const isTold = await deps.store.tellsBlock({ platform: head.platform, user: head.speaker.id }, turn.sk);
      return isTold ? told({ kind: 'notice', text: speech.blocked, stop: 'blocked' }) : left();
    }
    const handed = await handedByWord(deps, { head, said, speech });
    if (handed) return told(handed);
    // What the user has said yes to, or an earlier attempt has begun, comes to its end first.
    const isBegun = verdict.confirmed !== undefined || journal.isBegun();
    const disliked = isBegun ? undefined : await handedByDislikes(deps, { head, turn, recent, speech });
    if (disliked) return told(disliked);
    if ((turn.asks ?? 0) > MAX_ASKS) return told(apologise(deps, head, `asked ${MAX_ASKS} times already`));
    recent = await withEarlier(deps, { head, said, recent, forgottenAt });
    const { earlier } = recent;
    said = await withQuotes(deps, { head, said, turns: [...recent.turns, { ...turn, said }], earlier });
    const composed = await composeVisibly(deps, input, {
      turn: { ...turn, said },
      recent,
      speech,
      journal,
      ...verdict,
    });
    if ('mergedInto' in composed) return hasActed(effects()) ? left() : { said, mergedInto: composed.mergedInto };
    const reply = asking(composed.reply, { speaker: head.speaker.id, now: deps.now(), speech });
    const isLookOld = !reply.handsOver && deps.now() - startedAt > LOOK_MS;
    if (isLookOld && !hasActed(effects()) && (await ownerNow(deps, input)) !== 'bot') return left();
    return told(fitReply(reply, speech));
  } catch (error) {
    if (error instanceof Refused) return told({ kind: 'notice', text: error.sentence, stop: error.message });
    // Where nobody brings the message again, nobody would tell what was done.
    const isBegun = journal.isBegun() || hasActed(effects());
    if (!(input.isOnlyAttempt && isBegun) && comesBack(error, input.attempts)) throw error;
    return told(apologise(deps, head, reasonOf(error)));
  }
}

/** An answer that is paid for is not lost to a look that fails. */
async function ownerNow({ store }: TurnDeps, { burst: [head] }: TurnInput) {
  return store.ownerOf(head).catch(() => 'bot' as const);
}
