/** The few errors, each meaning a different thing to do. */

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

/** The table will never take it (an item over 400 KB, a key over 1 KB): no retry helps, whatever wanted to write it ends another way. */
export class Unstorable extends BotError {
  override readonly name = 'Unstorable';
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

/** One error for everything that is wrong with the settings: half sentences, none of which holds a value that may be secret. */
export class BadSettings extends BotError {
  override readonly name = 'BadSettings';
  readonly problems: readonly string[];
  constructor(...problems: string[]) {
    const different = [...new Set(problems)];
    super(`Wrong settings: ${different.join('; ')}.`);
    this.problems = different;
  }
}
