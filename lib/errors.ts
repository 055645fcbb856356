/** The few errors, each meaning a different thing to do, and the only sentences a chat user ever sees from us. */

/** Each names itself: a bundle's short class names would say nothing in a log. */
abstract class BotError extends Error {
  abstract override readonly name: string;
}

/** The door says no: answered with this status, never retried by us, nothing enqueued. */
export class Rejected extends BotError {
  override readonly name = 'Rejected';
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** It may work later: the message goes back to the queue, `afterMs` at the earliest when somebody named a time. */
export class Later extends BotError {
  override readonly name = 'Later';
  readonly afterMs: number | undefined;
  constructor(message: string, options?: ErrorOptions & { afterMs?: number | undefined }) {
    super(message, options);
    this.afterMs = options?.afterMs;
  }
}

/** The user is told `sentence` instead of an answer: too long, over a limit, refused. Not an outage. */
export class Refused extends BotError {
  override readonly name = 'Refused';
  readonly sentence: string;
  constructor(sentence: string, message = 'refused') {
    super(message);
    this.sentence = sentence;
  }
}

/** No retry will help (bad key, spend limit, bad request): the user gets the apology at once, an operator the reason. */
export class Permanent extends BotError {
  override readonly name = 'Permanent';
}

/** Nobody is there to be told: the conversation or the bot's place in it is gone. */
export class Undeliverable extends BotError {
  override readonly name = 'Undeliverable';
}

/** Another worker owns the turn by now: leave it alone. */
export class Superseded extends BotError {
  override readonly name = 'Superseded';
}

/** One error for everything that is wrong with the settings. */
export class BadSettings extends BotError {
  override readonly name = 'BadSettings';
}

export const sentences = {
  apology: (reference: string) =>
    `Sorry, I could not answer this. Please try again in a while. If it keeps happening, mention reference ${reference}.`,
  empty: 'Sorry, I have no answer to that. Could you put it another way?',
  noRoom: 'Sorry, I ran out of room before I could answer. Could you ask for less at once?',
  tooManySteps: 'Sorry, I could not finish this in a reasonable number of steps. Could you ask for a part of it?',
  cutShort: '_(My answer was cut short here.)_',
  refusal: 'Sorry, I can’t help with that.',
  tooLong: (chars: number, maxChars: number) =>
    `Sorry, that message is too long for me (${chars}/${maxChars} characters). Could you shorten it or send it in parts?`,
  nothingSaid: 'Your message arrived empty. What would you like to know?',
  unreadable:
    'Sorry, I could not read that message: most of it is characters that cannot be shown. Could you type it again?',
  repetitive:
    'Sorry, that message says the same thing over and over, so I did not read it. Could you put it in a few words?',
  slowDown: (waitSeconds: number) =>
    `You are writing faster than I can answer. Please wait ${amount(waitSeconds, 'second')}, then write again.`,
  userSpent: (waitSeconds: number) =>
    `You have used up what I can answer for you today. Please come back in ${duration(waitSeconds)}.`,
  allSpent: (waitSeconds: number) =>
    `I have answered as much as I can today. Please come back in ${duration(waitSeconds)}.`,
};

function duration(seconds: number): string {
  return seconds < 5400 ? amount(Math.ceil(seconds / 60), 'minute') : amount(Math.ceil(seconds / 3600), 'hour');
}

function amount(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
