/** The few errors, each meaning a different thing to do. */

/** Each names itself: a bundle's short class names would say nothing in a log. */
abstract class BotError extends Error {
  abstract override readonly name: string;
}

/** The door says no: answered with this status, never retried by us, nothing enqueued. */
export class Rejected extends BotError {
  override readonly name = 'Rejected';
  readonly status: number;
  /** `message` is for the sender; a `cause` that is a string is for our log. */
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

/** What was to be answered is forgotten: nothing of it is kept, and no repeat of it is answered. */
export class Forgotten extends BotError {
  override readonly name = 'Forgotten';
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

/** Deeper than any library wraps. */
const DEEPEST_CAUSE = 5;

/**
 * Why something failed, in one word without blanks: the innermost code of the system or of a library (ECONNREFUSED, ENOTFOUND,
 * UND_ERR_SOCKET), else the innermost name (TimeoutError, QueueDoesNotExist). Never a message, which may quote anything.
 */
export function causeOf(error: unknown): string {
  let found = 'unknown';
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && current instanceof Error; depth++) {
    const code: unknown = 'code' in current ? current.code : undefined;
    found = typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? code : nameOr(found, current);
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return found;
}

/** A bare `Error` or `TypeError` tells less than what wrapped it. */
function nameOr(known: string, { name }: Error): string {
  return known !== 'unknown' && /^(Type)?Error$/.test(name) ? known : name;
}

/** Who was asked at `url` and did not answer, and why: `api.example.com: ECONNREFUSED`. */
export function unreached(url: string, error: unknown): string {
  return `${new URL(url).host}: ${causeOf(error)}`;
}
