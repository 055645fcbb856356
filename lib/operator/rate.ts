/** Room of the operator: `rate` says what somebody thinks of an answer, in the place of what its user did. */
import { Rejected } from '../errors.ts';
import type { Rating } from '../types.ts';
import type { Named } from './conversation.ts';
import { findConversation } from './trace.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/** `message` is the user's that was answered, or one of the bot's. */
export async function rateAnswer(
  deps: OperatorDeps,
  { message, value, comment, ...named }: Named & Pick<Rating, 'value' | 'comment'> & { message: string },
): Promise<Answer> {
  const { platform, conversation } = await findConversation(deps, named);
  const isRated = await deps.rate({ platform, conversation, messageId: message }, { value, comment });
  if (!isRated) throw new Rejected(404, `No answer to ${message} is known in ${named.name}.`);
  const json = { platform, conversation, message, value, ...(comment ? { comment } : {}) };
  return { text: `The answer is ${value === 'positive' ? 'liked' : 'disliked'}.`, json };
}
