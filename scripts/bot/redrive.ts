/** The inspection tool: `redrive` gives messages that could not be answered another chance. */
import { openTurnsQueue } from '../../lib/queue.ts';
import { partsOfSk } from '../../lib/store/store.ts';
import type { Sent, Turn } from '../../lib/types.ts';
import { CannotRun } from '../cannot-run.ts';
import type { Command } from './command.ts';
import { type Known, turnsOf } from './conversation.ts';
import { readDeadTurn } from './dead-turns.ts';
import { sift } from './sift.ts';
import { findConversation } from './trace.ts';

export const redrive: Command = {
  about: 'answers again what failed: the message, or all of the conversation',
  takes: ['conversation', 'message?'],
  run: async (place, [name = '', given], options) => {
    const { store } = await place.data();
    const { messageId, ...of } = await findConversation(place, name, options).catch((error: unknown) => {
      // Where the first message of a conversation died, nothing but its dead letter tells of it.
      if (options.platform && error instanceof CannotRun)
        return { platform: options.platform, conversation: name, messageId: undefined };
      throw error;
    });
    const message = given ?? messageId;
    const owner = await store.ownerOf(of);
    if (owner !== 'bot') throw new CannotRun(`${name} is not the bot's (${owner}): \`resume\` it first.`);
    const queue = openTurnsQueue(place.sqs, await place.queueUrl('TurnsQueue'));

    const again = chosen(await turnsOf(store, of), message, Date.now());
    for (const turn of again) await queue.put(toSent(of, turn), turn.generation + (isUnsent(turn) ? 0 : 1));
    const driven = new Set(again.map(({ sk }) => partsOfSk(sk).messageId));
    const dead = await sift(place.sqs, await place.queueUrl('TurnsDeadLetters'), {
      wants: (body) => isWanted(readDeadTurn(body, of)?.inbound.messageId, message),
      take: async (body) => {
        const letter = readDeadTurn(body, of);
        // Its turn is on the way already.
        if (letter && !driven.has(letter.inbound.messageId)) await queue.put(letter.inbound, letter.generation + 1);
      },
    });
    const messages = [...driven];
    const count = messages.length + dead;
    if (count === 0 && message !== undefined) throw new CannotRun(`No message ${message} is known in ${name}.`);
    return {
      text:
        count === 0
          ? `Nothing in ${name} has failed.`
          : `On the way again: ${[...messages, ...(dead ? [`${dead} of the dead letters`] : [])].join(', ')}.`,
      json: { ...of, messages, deadLetters: dead },
    };
  },
};

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
  if (turn.state === 'DELIVERED') throw new CannotRun(`${message} was answered.`);
  if (turn.state === 'MERGED' && turn.into)
    throw new CannotRun(`${message} was answered together with ${partsOfSk(turn.into).messageId}: redrive that one.`);
  if (turn.said[0]?.byTeam) throw new CannotRun(`${message} was said by the team, and needs no answer.`);
  if (turn.state === 'CLAIMED' && (turn.leaseUntil ?? 0) > now)
    throw new CannotRun(`${message} is being answered, until ${new Date(turn.leaseUntil ?? 0).toISOString()} at most.`);
  return [turn];
}

function toSent(of: Known, { sk, said: [first] }: Turn): Sent {
  const { messageId, createdAt } = partsOfSk(sk);
  if (!first) throw new CannotRun(`Of ${messageId} nothing is left that could be answered.`);
  const { speaker, text, attachments } = first;
  return { event: 'sent', ...of, messageId, createdAt, speaker, text, attachments };
}
