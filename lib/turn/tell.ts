/** Stops 5-7, where others are told what becomes of a turn: before the table says so, as a crash in between would keep it from them. */
import { DEFAULT_BOT } from '../bots/identity.ts';
import { type Happening, masked } from '../events/event.ts';
import { errorName, labelsOf, referenceOf } from '../log.ts';
import type { Reply, Said } from '../types.ts';
import { comesBack } from './ending.ts';
import type { TurnDeps, TurnInput } from './shapes.ts';

type About = Pick<TurnInput, 'burst' | 'attempts' | 'isOnlyAttempt'>;

/** Throws `Later` while the queue does not take it; at the last attempt the turn goes on without, and the log says so. */
async function tellOf(
  { tell, now, log }: Pick<TurnDeps, 'tell' | 'now' | 'log'>,
  { burst: [head], attempts, isOnlyAttempt }: About,
  what: Pick<Happening, 'type' | 'key' | 'text' | 'data'>,
): Promise<void> {
  const { platform, conversation, messageId, speaker, bot = DEFAULT_BOT } = head;
  const about = { platform, conversation, messageId, bot, user: speaker.id };
  await tell({ ...what, at: now(), ...about }).catch((error: unknown) => {
    if (!isOnlyAttempt && comesBack(error, attempts)) throw error;
    log('event-lost', { ...labelsOf(head), type: what.type, error: errorName(error) });
  });
}

/** A user got an apology instead of an answer, or nothing, as nobody could be told; or the bot could not say what nobody asked for. */
export async function tellFailed(
  deps: Pick<TurnDeps, 'tell' | 'now' | 'log'>,
  input: About & Pick<TurnInput, 'generation'>,
  { reason = 'unknown', to }: Pick<Reply, 'reason' | 'to'>,
): Promise<void> {
  const [head] = input.burst;
  const { platform, conversation, messageId } = head;
  const reference = referenceOf(head);
  await tellOf(deps, input, {
    type: 'answer.failed',
    key: `${messageId}:${input.generation}`,
    text:
      to === undefined
        ? `A message on ${platform} in ${conversation} was not answered (${reason}). Reference ${reference}.`
        : `What the bot was to say on ${platform} in ${conversation} could not be sent. Reference ${reference}.`,
    data: { message: messageId, reference, reason },
  });
}

/** The bot's documents had no answer to what was asked. */
export async function tellMissed(
  deps: Pick<TurnDeps, 'tell' | 'now' | 'log'>,
  input: About & Pick<TurnInput, 'generation'>,
  said: readonly Said[],
): Promise<void> {
  const { platform, conversation, messageId } = input.burst[0];
  const question = masked(said.map(({ text }) => text).join('\n'));
  await tellOf(deps, input, {
    type: 'knowledge.missed',
    key: `${messageId}:${input.generation}`,
    text: `The documents have no answer to what was asked on ${platform} in ${conversation}: ${question}`,
    data: { message: messageId, question },
  });
}
