/** The inspection tool: the verbs that the operator's door has, too, as commands. */
import { forget } from '../../lib/operator/forget.ts';
import { pause, resume } from '../../lib/operator/own.ts';
import { redrive } from '../../lib/operator/redrive.ts';
import { show } from '../../lib/operator/show.ts';
import type { OperatorDeps } from '../../lib/operator/verb.ts';
import { openLetters } from '../../lib/queue/letters.ts';
import { openTurnsQueue } from '../../lib/queue.ts';
import type { Command, Options } from './command.ts';
import type { Place } from './place.ts';

export const verbs = {
  show: {
    about: 'what became of each message; also by reference, hash or message id',
    takes: ['conversation'],
    run: async (place, [name], options) =>
      show(await operatorDeps(place, options), { ...named(name, options), withText: options.text }),
  },
  redrive: {
    about: 'answers again what failed: the message, or all of the conversation',
    takes: ['conversation', 'message?'],
    run: async (place, [name, message], options) =>
      redrive(await operatorDeps(place, options), { ...named(name, options), message }),
  },
  pause: {
    about: 'the bot stays silent there',
    takes: ['conversation'],
    run: async (place, [name], options) => pause(await operatorDeps(place, options), named(name, options)),
  },
  resume: {
    about: 'gives a conversation back to the bot',
    takes: ['conversation'],
    run: async (place, [name], options) => resume(await operatorDeps(place, options), named(name, options)),
  },
  forget: {
    about: 'removes all that is kept of a conversation, for good',
    takes: ['conversation'],
    run: async (place, [name], options) => forget(await operatorDeps(place, options), named(name, options)),
  },
} satisfies Record<string, Command>;

function named(name = '', { platform }: Options) {
  return { name, platform };
}

async function operatorDeps(
  { sqs, queueUrl, data }: Place,
  { callers, days }: Pick<Options, 'callers' | 'days'>,
): Promise<OperatorDeps> {
  return {
    ...(await data()),
    put: async (...message) => openTurnsQueue(sqs, await queueUrl('TurnsQueue')).put(...message),
    deadTurns: openLetters(sqs, () => queueUrl('TurnsDeadLetters')),
    deadEvents: openLetters(sqs, () => queueUrl('EventsDeadLetters')),
    deadRecords: openLetters(sqs, () => queueUrl('RecordsDeadLetters')),
    callers,
    days,
    now: Date.now,
  };
}
