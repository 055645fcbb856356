/** Room of the operator: `redrive` gives messages that could not be answered another chance. */
import { DEFAULT_BOT, spokenTo } from '../bots/identity.ts';
import { Rejected } from '../errors.ts';
import { partsOfSk } from '../store/store.ts';
import type { Sent, Turn, Unasked } from '../types.ts';
import { botIn, type Known, type Named, orNew, turnsOf } from './conversation.ts';
import { readDeadTurn } from './dead-turns.ts';
import { tellHeld } from './held.ts';
import { findConversation } from './trace.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/** All that failed in the conversation, or the `message` that is given or traced; what lies among the dead letters, too. */
export async function redrive(
  deps: OperatorDeps,
  { message: given, ...named }: Named & { message?: string | undefined },
): Promise<Answer> {
  const { store, put, deadTurns, now } = deps;
  const { name } = named;
  // Where the first message of a conversation died, nothing but its dead letter tells of it.
  const found = await findConversation(deps, named).catch(orNew(deps, named));
  const of = { platform: found.platform, conversation: found.conversation };
  const message = given ?? ('messageId' in found ? found.messageId : undefined);
  const owner = await store.ownerOf(of);
  if (owner !== 'bot') throw new Rejected(409, `${name} is not the bot's (${owner}): \`resume\` it first.`);

  const turns = await turnsOf(store, of);
  const again = chosen(turns, message, now());
  for (const turn of again) await put(toInbound(of, turn, turns), turn.generation + (isUnsent(turn) ? 0 : 1));
  const held = await deadTurns.held();
  const driven = new Set(again.map(({ sk }) => partsOfSk(sk).messageId));
  const dead = await deadTurns.sift({
    wants: (body) => isWanted(readDeadTurn(body, of)?.inbound.messageId, message),
    take: async (body) => {
      const letter = readDeadTurn(body, of);
      // Its turn is on the way already.
      if (letter && !driven.has(letter.inbound.messageId)) await put(letter.inbound, letter.generation + 1);
    },
  });
  const messages = [...driven];
  const count = messages.length + dead;
  const unseen = held === 0 ? '' : ` ${tellHeld(held)}`;
  if (count === 0 && message !== undefined)
    throw new Rejected(404, `No message ${message} is known in ${name}.${unseen}`);
  const all = [...messages, ...(dead ? [`${dead} of the dead letters`] : [])];
  return {
    text: count === 0 ? `Nothing in ${name} has failed.${unseen}` : `On the way again: ${all.join(', ')}.`,
    json: { ...of, messages, deadLetters: dead },
  };
}

function isWanted(id: string | undefined, message: string | undefined): boolean {
  return id !== undefined && (message === undefined || id === message);
}

/** A reply that is stored but not known to be out goes out again as it is, under its own key; anything else is asked anew. */
function isUnsent({ state }: Turn): boolean {
  return state === 'ANSWERED' || state === 'CLAIMED';
}

function chosen(turns: readonly Turn[], message: string | undefined, now: number): Turn[] {
  if (message === undefined) return turns.filter(({ state }) => state === 'FAILED');
  const turn = turns.find(({ sk }) => partsOfSk(sk).messageId === message);
  if (!turn?.state) return [];
  if (turn.state === 'DELIVERED') throw new Rejected(409, `${message} was answered.`);
  if (turn.state === 'MERGED' && turn.into)
    throw new Rejected(
      409,
      `${message} was answered together with ${partsOfSk(turn.into).messageId}: redrive that one.`,
    );
  if (turn.said[0]?.byTeam) throw new Rejected(409, `${message} was said by the team, and needs no answer.`);
  if (turn.state === 'CLAIMED' && (turn.leaseUntil ?? 0) > now)
    throw new Rejected(
      409,
      `${message} is being answered, until ${new Date(turn.leaseUntil ?? 0).toISOString()} at most.`,
    );
  return [turn];
}

/** As it was, for the bot that it was for; of a turn without a reply nothing says which, but those around it. */
function toInbound(of: Known, { sk, said: [first], reply }: Turn, turns: readonly Turn[]): Sent | Unasked {
  const ref = { ...of, ...partsOfSk(sk) };
  const bot = reply ? spokenTo(reply.bot ?? DEFAULT_BOT) : botIn(turns);
  if (reply?.to !== undefined) return { event: 'say', ...ref, text: reply.text, speaker: { id: reply.to }, ...bot };
  if (!first) throw new Rejected(409, `Of ${ref.messageId} nothing is left that could be answered.`);
  const { speaker, text, attachments } = first;
  return { event: 'sent', ...ref, speaker, text, attachments, ...bot };
}
