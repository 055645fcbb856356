/** Room of text: what each of our languages must be able to say. Pure. */

/** What each language must say. A time to wait comes as words, such as "3 minutes". */
export interface Sentences {
  /** Nothing helped; the reference leads an operator to the turn. */
  apology(reference: string): string;
  empty: string;
  /** Of a bot that answers from documents alone. */
  notInDocuments: string;
  noRoom: string;
  tooManySteps: string;
  /** Markdown, behind the answer. */
  cutShort: string;
  refusal: string;
  tooLong(chars: string, maxChars: string): string;
  nothingSaid: string;
  unreadable: string;
  slowDown(wait: string): string;
  userSpent(wait: string): string;
  allSpent(wait: string): string;
  /** An operator has blocked the user. */
  blocked: string;
  /** What tools did, by their names, such as "cancel order and refund". */
  wasDone(what: string): string;
  /** What they refused: nothing has happened. */
  notDone(what: string): string;
  mayBeDone(what: string): string;
  /** A human was asked to take the conversation over, and nobody has come so far. */
  handedOver: string;
  nobodyYet: string;
  /** Behind either, outside of the team's hours: a day of the week and a time. */
  teamBack(when: string): string;
  /** In a chat window that takes nothing: too many have come, or the table does not answer; or it is for users with an account. */
  notNow: string;
  signIn: string;
  /** The two answers to a question of a tool. */
  yes: string;
  no: string;
}
