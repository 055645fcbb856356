/** Room of bounds: the one page of sizes and rates. What is longer is refused with a sentence or cut with a note, at the door that it enters by. Pure. */

/** In bytes of UTF-8 where a name ends in `Bytes`: that is what queue and table count. */
export const sizes = {
  /** A webhook's or request's body, as it comes in: an HMAC over it takes 0.4 ms, and SQS takes 1 MiB. */
  bodyBytes: 256 * 1024,
  /** A body of the AI SDK, which brings the whole conversation along each time. */
  uiBodyBytes: 1024 * 1024,
  /** A body of the Chat API: what is kept of an event is one item of the table. */
  chatApiBodyBytes: 128 * 1024,
  /** What is asked of the operator's door, and what it answers at most: Lambda gives out 6 MB. */
  operatorBodyBytes: 32 * 1024,
  operatorAnswerBytes: 4 * 1024 * 1024,
  /** Objects and lists within one another in a body: no honest message has more, and a parser's stack has room for it. */
  jsonDepth: 32,
  /** Entries of one list in a body. */
  listEntries: 1_000,

  /** Text of one message, also where `MAX_INPUT_CHARS` is 0; and text, links and names of several that are answered in one turn. */
  textBytes: 100 * 1024,
  /** The text of a reply. With what was said, its correction and their frame it stays below `itemBytes`. */
  replyBytes: 100 * 1024,

  /** Documents that one reply names as its sources, and what of each is quoted, in UTF-16 units. */
  sources: 10,
  quoteChars: 300,

  /** What a user says of an answer, in UTF-16 units. */
  commentChars: 1_000,

  /** A link, as TalkJS and browsers cut them. */
  linkBytes: 4_096,
  /** A name of a person, a file or anything else that is shown. */
  nameBytes: 255,
  /** An id that a platform or a client gives, in UTF-16 units: TalkJS' own limit. */
  idChars: 255,
  /** Files of one message. */
  attachments: 20,
  /** Text, links and names of one message. */
  saidBytes: 130 * 1024,
  /** The same of its correction, which lies beside it in the item. */
  correctionBytes: 100 * 1024,

  /** What was said before the bot came, and one message of it. */
  earlierBytes: 64 * 1024,
  earlierTextBytes: 4 * 1024,

  /** One item of the table, which itself takes 400 KB. */
  itemBytes: 350 * 1024,
  /** What others are told of at once, as JSON: the receivers of Standard Webhooks expect less than 20 KB. */
  eventBytes: 16 * 1024,
  /** One message of a queue: SQS' own limit. */
  queueBytes: 1024 * 1024,
} as const;

const MINUTE_MS = 60_000;

/** How often one user of the Chat API may do what costs us something, whatever the settings say. */
export const rates = {
  /** Beside what `USER_MESSAGES_PER_MINUTE` allows of messages. */
  event: { max: 60, ms: MINUTE_MS },
  conversation: { max: 60, ms: 60 * MINUTE_MS },
  /** Of a profile, and of who takes part. */
  change: { max: 60, ms: MINUTE_MS },
  feedback: { max: 30, ms: MINUTE_MS },
  /** Of one key of the operator's door. */
  operator: { max: 60, ms: MINUTE_MS },
  /**
   * Requests to a platform's API up to which a growing answer is edited: two thirds of TalkJS' 9 a second, so that there is room for those
   * that must be. It takes bursts of 600.
   */
  platformEdit: { max: 60, ms: 10_000 },
  /** Of one source address, or one /64 of IPv6: what a household or an attacker has. */
  newUser: { max: 10, ms: MINUTE_MS },
} as const;

/** A message or event counts once for each of these that it begins: the table is paid by the size of what is kept. */
const BYTES_OF_ONE = 8 * 1024;

/** How many a message or event of so many bytes counts for. */
export function countOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BYTES_OF_ONE));
}

/** How many may be open, or wait, at once. */
export const crowds = {
  /** Messages of one conversation of the Chat API that nobody has answered yet. */
  unanswered: 20,
  streamsOfUser: 5,
  streamsOfConversation: 20,
  /** What a stream that is resumed is told of what it missed; behind that it begins with what is new. */
  backlogEntries: 200,
  backlogBytes: 1024 * 1024,
} as const;

/** For so many days what was said is kept after it was said, unless RETENTION_DAYS says otherwise. */
export const KEPT_DAYS = 400;

/** How long (ms) one call of AWS may take, after which the SDK tries it anew: by itself it would wait for ever. */
export const waits = {
  /** Three tries end before a door's 10 s do. */
  queue: 3_000,
  /** Four tries end before the 20 s of a function whose Claude is offline, and long before those of any other that asks it. */
  table: 4_000,
} as const;
