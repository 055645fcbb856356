/** The inspection tool: the verbs that the operator's door has, too, as commands. */
import { randomUUID } from 'node:crypto';
import type { Letter } from '../../lib/events/event.ts';
import { openOutbox } from '../../lib/events/outbox.ts';
import { block, unblock } from '../../lib/operator/block.ts';
import { exportConversation, exportUser } from '../../lib/operator/export.ts';
import { forget, forgetUser } from '../../lib/operator/forget.ts';
import { pause, resume } from '../../lib/operator/own.ts';
import { rateAnswer } from '../../lib/operator/rate.ts';
import { redrive } from '../../lib/operator/redrive.ts';
import { say } from '../../lib/operator/say.ts';
import { show } from '../../lib/operator/show.ts';
import type { Answer, OperatorDeps } from '../../lib/operator/verb.ts';
import { openLetters } from '../../lib/queue/letters.ts';
import { openEventsQueue, openTurnsQueue } from '../../lib/queue.ts';
import type { Store } from '../../lib/store/store.ts';
import { openRate, type Rate } from '../../lib/turn/rate.ts';
import { CannotRun } from '../cannot-run.ts';
import { asCase } from './as-case.ts';
import type { Command, Options } from './command.ts';
import type { Place } from './place.ts';

export const verbs = {
  show: {
    about: 'what became of each message; also by reference, hash or message id; --as-case',
    takes: ['conversation', 'message?'],
    run: async (place, [name, message], options) => {
      const deps = await operatorDeps(place, options);
      if (options.asCase) return asCase(deps, { ...named(name, options), message });
      return show(deps, { ...named(name, options), message, withText: options.text });
    },
  },
  redrive: {
    about: 'answers again what failed: the message, or all of the conversation',
    takes: ['conversation', 'message?'],
    run: async (place, [name, message], options) =>
      redrive(await operatorDeps(place, options), { ...named(name, options), message }),
  },
  rate: {
    about: 'likes (positive) or dislikes (negative) the answer to a message, in the place of its user',
    takes: ['conversation', 'message', 'positive|negative', 'comment?'],
    run: async (place, [name, message = '', value, comment], options) => {
      if (value !== 'positive' && value !== 'negative')
        throw new CannotRun('Say `positive` or `negative` behind the message.');
      return rateAnswer(await operatorDeps(place, options), { ...named(name, options), message, value, comment });
    },
  },
  say: {
    about: 'the bot says it, unasked and once; with the key of an earlier call nothing is said',
    takes: ['conversation', 'text', 'key?'],
    run: async (place, [name, text = '', key = randomUUID()], options) =>
      say(await operatorDeps(place, options), { ...named(name, options), text, key }),
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
  block: {
    about: 'a user of a --platform gets no answers any more, and is told so once',
    takes: ['user'],
    run: async (place, [user], options) => block(await operatorDeps(place, options), whom(user, options)),
  },
  unblock: {
    about: 'and gets answers again',
    takes: ['user'],
    run: async (place, [user], options) => unblock(await operatorDeps(place, options), whom(user, options)),
  },
  export: {
    about: 'hands out what is kept of a conversation, or of a --user of a --platform, as JSON lines',
    takes: ['conversation?'],
    run: async (place, [name], options) => {
      const of = oneOf(name, options, 'export');
      const deps = await operatorDeps(place, options);
      return whole((next) =>
        'user' in of ? exportUser(deps, { ...of, next }) : exportConversation(deps, { ...of, next }),
      );
    },
  },
  forget: {
    about: 'removes all that is kept of a conversation, or of a --user of a --platform, for good',
    takes: ['conversation?'],
    run: async (place, [name], options) => {
      const of = oneOf(name, options, 'forget');
      const deps = await operatorDeps(place, options);
      return done(await ('user' in of ? forgetUser(deps, of) : forget(deps, of)));
    },
  },
} satisfies Record<string, Command>;

/** One answer has room for a part only. */
async function whole(ask: (next: string | undefined) => Promise<Answer>): Promise<Answer> {
  const before: string[] = [];
  for (let asked: string | undefined; ; ) {
    const { lines = [], json, next } = await ask(asked);
    if (next === undefined) return { text: [...before, ...lines].join('\n'), json, lines };
    // But for the last line, which says that there is more.
    before.push(...lines.slice(0, -1));
    asked = next;
  }
}

/** A script must not take for done what is not. */
function done(answer: Answer): Answer {
  const { done: isDone } = answer.json as { done: boolean };
  if (!isDone) throw new CannotRun(answer.text);
  return answer;
}

function whom(user = '', { platform }: Options) {
  if (!platform) throw new CannotRun(`Say with --platform where ${user} is a user.`);
  return { platform, user };
}

/** A conversation, or a user with --user. */
function oneOf(name: string | undefined, options: Options, verb: string) {
  if ((name === undefined) === (options.user === undefined))
    throw new CannotRun(`Say what to ${verb}: a conversation, or a user with --user and --platform.`);
  return name === undefined ? whom(options.user, options) : named(name, options);
}

function named(name = '', { platform }: Options) {
  return { name, platform };
}

/** Who is set to be told where it runs; the log is the door's, here there is none. */
function rateIn({ tellsWebhook, sqs, queueUrl }: Place, store: Store): Rate {
  const put = async (letter: Letter) => openEventsQueue(sqs, await queueUrl('EventsQueue')).put(letter);
  const receivers = tellsWebhook ? [{ to: 'webhook' as const, takes: () => true }] : [];
  const log = () => {};
  return openRate({ store, tell: openOutbox({ receivers, put, log }), record: async () => {}, now: Date.now, log });
}

async function operatorDeps(place: Place, { callers, days }: Pick<Options, 'callers' | 'days'>): Promise<OperatorDeps> {
  const { sqs, queueUrl } = place;
  const data = await place.data();
  return {
    ...data,
    rate: rateIn(place, data.store),
    put: async (...message) => openTurnsQueue(sqs, await queueUrl('TurnsQueue')).put(...message),
    deadTurns: openLetters(sqs, () => queueUrl('TurnsDeadLetters')),
    deadEvents: openLetters(sqs, () => queueUrl('EventsDeadLetters')),
    deadRecords: openLetters(sqs, () => queueUrl('RecordsDeadLetters')),
    callers,
    days,
    now: Date.now,
  };
}
