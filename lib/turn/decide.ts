/** Stop 6. What becomes of a turn that is ours: a reply, or nothing, as a human answers or another turn has said it. */
import { Refused } from '../errors.ts';
import { composeVisibly } from './answer.ts';
import { keepUnanswered } from './claim.ts';
import { apologise, comesBack, reasonOf } from './ending.ts';
import { fitReply } from './fit.ts';
import { release } from './keep.ts';
import type { Decision, TurnDeps, TurnInput, Work } from './shapes.ts';

/** So often Claude is asked for one turn: again where a crash or the table has lost the first answer, which may have been paid. */
const MAX_ASKS = 2;

/** A look at the conversation's owner is good for so long (ms). */
const LOOK_MS = 2_000;

/** Throws only what another attempt may mend, and never at the last one. */
export async function decide(deps: TurnDeps, input: TurnInput, work: Work): Promise<Decision> {
  const { turn, holder, looking, startedAt } = work;
  const [head] = input.burst;
  let said = turn.said.filter(({ messageId }) => messageId === head.messageId);
  try {
    const recent = await looking;
    said = await keepUnanswered(deps, head, turn.said);
    if (recent.conversation.owner !== 'bot') return { said, isLeft: true };
    if ((turn.asks ?? 0) > MAX_ASKS) return { said, reply: apologise(deps, head, `asked ${MAX_ASKS} times already`) };
    const composed = await composeVisibly(deps, input, { turn: { ...turn, said }, recent });
    if ('mergedInto' in composed) return { said, mergedInto: composed.mergedInto };
    const { reply } = composed;
    const isLookOld = !reply.handsOver && deps.now() - startedAt > LOOK_MS;
    if (isLookOld && (await ownerNow(deps, input)) !== 'bot') return { said, isLeft: true };
    return { said, reply: fitReply(reply) };
  } catch (error) {
    if (error instanceof Refused) return { said, reply: { kind: 'notice', text: error.sentence, stop: error.message } };
    if (!comesBack(error, input.attempts)) return { said, reply: apologise(deps, head, reasonOf(error)) };
    await release(deps, head, holder, { isAsked: false });
    throw error;
  }
}

/** An answer that is paid for is not lost to a look that fails. */
async function ownerNow({ store }: TurnDeps, { burst: [head] }: TurnInput) {
  return store.ownerOf(head).catch(() => 'bot' as const);
}
