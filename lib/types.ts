/** The nouns. Whatever a platform sends becomes one of these at the edge that met it; nothing foreign travels further. */

/** Where people talk: our own two doors, and what each platform's manifest adds. */
export interface Platforms {
  'chat-api': true;
  http: true;
}

export type PlatformName = keyof Platforms;

/** Who spoke, as the verified webhook says it (never as the model says it). */
export interface Speaker {
  id: string;
  name?: string;
  email?: string;
  phone?: string;
  /** Such as `de-AT`, where the platform tells it. */
  locale?: string;
  /** The platform's own name for what somebody is there, such as an agent. */
  role?: string;
}

/** A file a user sent along. Everything in it is the sender's claim: host, size and kind are checked before use. */
export interface Attachment {
  url: string;
  name?: string;
  bytes?: number;
  kind?: 'image' | 'video' | 'audio' | 'voice';
}

/** Which message of which conversation; `createdAt` (ms) is part of its key, so a duplicate always builds the same key. */
export interface MessageRef {
  platform: PlatformName;
  conversation: string;
  messageId: string;
  createdAt: number;
}

/** Where several people are, a bot answers what calls it; with `untilHuman` also where all but one belong to the team. */
export type GroupRule = 'mention' | 'untilHuman';

/** A user said something that wants an answer. */
export interface Sent extends MessageRef {
  event: 'sent';
  speaker: Speaker;
  text: string;
  attachments: Attachment[];
  /** Files that came with it and were left out at the door. */
  leftOut?: number;
  /** Its deletion will name it by its id alone, not by this conversation: the table must know where it is. */
  isNamedById?: true;
  /** The id of the earlier message that it answers to. */
  quotes?: string;
  /** The name of the bot that is spoken to; the default one without it. */
  bot?: string;
  /** What its bot is told besides, by the names of the fields: as the client says, not as we know. */
  context?: Readonly<Record<string, string>>;
  /** Who else is there, where nobody called the bot: an answer is wanted only if all of them belong to the team. */
  among?: string[];
  /** It called the bot in a group, under this rule of the bot's, and with these words of its text. */
  called?: GroupRule;
  calledAs?: string;
  /**
   * One of the team said it in front of others, where that takes nothing over: the team's word while a human has the conversation. Else
   * it `asks` like everybody there, or is said `aside` and no business of the bot's. `perhaps`: no setting names a team, so that whoever
   * has not asked for the handoff speaks for it.
   */
  ofTeam?: 'asks' | 'aside' | 'perhaps';
}

/** A human of the team said something: the conversation is theirs from then on, and nothing is answered. */
export interface Intervened extends MessageRef {
  event: 'intervened';
  speaker: Speaker;
  text: string;
  attachments: Attachment[];
  leftOut?: number;
}

/** A user changed an earlier message: the history Claude sees is corrected, nothing is answered. */
export interface Edited extends MessageRef {
  event: 'edited';
  editedAt: number;
  text: string;
  attachments: Attachment[];
  leftOut?: number;
}

/** A user took an earlier message back. Without `createdAt`, only the id is sure: the platform's own name of the conversation may differ. */
export interface Deleted extends Omit<MessageRef, 'createdAt'> {
  event: 'deleted';
  createdAt?: number;
}

/** Something of a handoff is due: see whether somebody came, or whether the team has been silent for long enough; or an operator gave it back. */
export interface Due extends MessageRef {
  event: 'due';
  /** `messageId` names the handoff, `createdAt` is when it is due (ms). */
  what: 'unanswered' | 'silence' | 'resumed';
  /** As it stood when an operator ended it: by now it may be gone. */
  handoff?: Handoff;
}

/** The bot is to say something that nobody asked for: its text, to whom, and as which bot. The same in every attempt, as are its id and time. */
export interface Unasked extends MessageRef {
  event: 'say';
  text: string;
  speaker: Pick<Speaker, 'id' | 'name' | 'locale'>;
  bot?: string;
}

export type Inbound = Sent | Intervened | Edited | Deleted | Due | Unasked;

/** What somebody said earlier and is answered to now. */
export interface Quote {
  by: 'user' | 'bot' | 'team' | 'somebody';
  text: string;
}

/** A message that is quoted: when it was said (ms), and the id of who said it, or of whom the bot answered. */
export interface Quoted extends Quote {
  at: number;
  from: string;
}

/** A message from before the bot came, as its platform lists it. */
export interface Earlier extends Quoted {
  id: string;
}

/** One user message inside a turn; a turn holds several when a burst is answered together. */
export interface Said {
  messageId: string;
  createdAt: number;
  speaker: Speaker;
  text: string;
  attachments: Attachment[];
  /** Files that came with it and were not kept: too many, or with too long a link. */
  leftOut?: number;
  /** The id of the earlier message that it answers to, and what that says. */
  quotes?: string;
  quote?: Quote;
  /** It called the bot in a group, under this rule and with these words. */
  called?: GroupRule;
  calledAs?: string;
  /** A human of the team said it, not the user. */
  byTeam?: true;
  /** The sentence the user got because the text is not fit to be read; the text itself is then not kept. */
  refusal?: string;
}

/** Tokens of one or several model calls, as the Messages API counts them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheWriteTokens: number;
  /** Those of `cacheWriteTokens` that were written for an hour, which costs more. */
  cacheWrite1hTokens?: number;
  cacheReadTokens: number;
}

/**
 * CLAIMED → ANSWERED (reply stored, not yet sent) → DELIVERED, or FAILED (an apology was sent, or nobody could be told),
 * or MERGED (answered together with an earlier message), or SKIPPED (a human owns the conversation).
 */
export type TurnState = 'CLAIMED' | 'ANSWERED' | 'DELIVERED' | 'FAILED' | 'MERGED' | 'SKIPPED';

/** What a stored reply is: only an `answer` becomes history; a `notice` is a sentence of ours, an `apology` ends in FAILED. */
export type ReplyKind = 'answer' | 'notice' | 'apology';

/** What became of a call of a tool that acts: it happened, it did not, nobody knows, or the user was asked and gave no clear yes. */
export type EffectState = 'DONE' | 'REFUSED' | 'UNKNOWN' | 'DECLINED';

/** What the bot did, or may have done, in the world. `input` is JSON, its beginning where it is long. */
export interface Effect {
  tool: string;
  input: string;
  state: EffectState;
}

/** One answer of Claude that called tools, as JSON: its blocks, and the results that need no item of their own. */
export interface KeptStep {
  content: string;
  results: string;
  handsOver: boolean;
  /** When it was kept (ms). */
  at: number;
}

/** A call of a tool that acts. `by` is the attempt that reserved it; `result`, as JSON, is there once the call has ended. */
export interface KeptCall {
  tool: string;
  /** JSON, and a hash of it that two spellings of one input share. */
  input: string;
  inputHash: string;
  state: 'RESERVED' | EffectState;
  by: string;
  result?: string;
}

/** What the attempts at a turn have left of what they did. */
export interface KeptJournal {
  /** By their numbers. */
  steps: readonly KeptStep[];
  /** By their places: the number of the step and the position in it. */
  calls: ReadonlyMap<string, KeptCall>;
}

/** A call of a tool that waits for the user's yes. Nobody but the one who asked for it may give that. */
export interface Pending {
  tool: string;
  /** Of the tool when it asked: another one is not what the user said yes to. */
  version: string;
  /** JSON. */
  input: string;
  /** The id of the user who is asked. */
  speaker: string;
  /** Before it was sent (ms), by the attempt that sent it last: what was said earlier is no answer to it. */
  askedAt: number;
}

/** A passage of a bot's documents that an answer says it is from. */
export interface Source {
  /** From 1 on, in the order in which they are first used. */
  n: number;
  /** Of the document, with its headings. */
  title: string;
  /** The document's public address, from our files. */
  url?: string;
  /** The words it is from. */
  quote: string;
  /** Where in the answer it is first used: the offset behind its last character. */
  at: number;
}

/** A reply as it is stored before it is sent. */
export interface Reply {
  kind: ReplyKind;
  /** Markdown, without marks of its sources. */
  text: string;
  sources?: readonly Source[];
  /** The bot's documents had no answer. */
  missed?: boolean;
  /** Claude's stop reason, `deadline` when we cut it short, or why it is no answer. */
  stop: string;
  /** Nobody asked: the id of the user it is said to. */
  to?: string;
  /** Which bot said it, and a hash of the prompt that it had then. */
  bot?: string;
  promptHash?: string;
  model?: string;
  usage?: Usage;
  usd?: number;
  /** `estimated`: an answer that broke off, counted by us, from above. `unknown`: the API told no count, so there is no `usd`. */
  cost?: 'estimated' | 'unknown';
  /** The oldest turn (sort key) that Claude was shown: the cut point of the hysteresis. */
  windowFrom?: string;
  /** The files of the conversation (`fileKey`) that Claude did not take: from then on they are a note. */
  unreadable?: string[];
  /** Claude gave the conversation to a human with it. */
  handsOver?: boolean;
  /** Short answers that the user is offered, in order; the user may say anything else. */
  choices?: readonly string[];
  /** What is done when the user says yes. */
  pending?: Pending;
  /** What its turn did, whatever the reply says of it. */
  effects?: readonly Effect[];
  /** Why it is an apology, in words of ours. */
  reason?: string;
  /** An apology in the place of a stored reply that can never be sent. */
  isReplacement?: boolean;
  /** From the claim of the turn to this reply. */
  ms?: number;
}

/** A later change of a message: new text, or none when it was deleted. */
export interface Correction {
  at: number;
  deleted?: boolean;
  text?: string;
  attachments?: Attachment[];
  leftOut?: number;
}

/** One item of the table: claim, lease, idempotency record, history and outbox of one user message (or one burst). */
export interface Turn {
  /** Sort key, of the time and id of its message: the order of a conversation, but for turns of one millisecond. */
  sk: string;
  /** Of the message that it is the turn of. */
  messageId: string;
  /** Absent on a stub that only holds a correction which overtook its message. */
  state?: TurnState;
  said: Said[];
  generation: number;
  epoch: number;
  /** While it is CLAIMED: how many claims there were, this one included, in which Claude was asked or may have been. */
  asks?: number;
  /** While it is CLAIMED: which worker has it, until when (ms). */
  owner?: string;
  leaseUntil?: number;
  /** While it is CLAIMED: the handoff that others may have been told of already. */
  promised?: Pick<Handoff, 'id' | 'by' | 'reason'>;
  reply?: Reply;
  /** The sort key of the turn that answered this message, when MERGED. */
  into?: string;
  correction?: Correction;
  /** When it ended (ms), and what the platform calls the messages of the reply. */
  finishedAt?: number;
  replyIds?: string[];
}

/** Who answers in a conversation. */
export type Owner = 'bot' | 'human' | 'paused';

/** What was said before the turn `upTo` (sort key), in Claude's own words. */
export interface Summary {
  text: string;
  upTo: string;
}

/** A conversation that a human is to take over, or has. */
export interface Handoff {
  /** Of the message that led to it, and how often the conversation was given back before. */
  id: string;
  /** Nobody has come yet, or somebody of the team has spoken. */
  state: 'waiting' | 'taken';
  /** When that message was said (ms, the platform's clock), and when the team last wrote. */
  at: number;
  heardAt?: number;
  /** Who asked for it: Claude, a word of the user's, a rule of ours, or the team by writing. */
  by: 'model' | 'user' | 'rule' | 'team';
  /** For whoever takes over: what the user needs. */
  reason: string;
  bot: string;
  /** The user. */
  speaker: Pick<Speaker, 'id' | 'name' | 'locale'>;
  /** What was said last, oldest first, without secrets and contacts. */
  messages: readonly { by: 'user' | 'bot' | 'team'; text: string }[];
}

/** What the table knows of a conversation besides its turns. */
export interface Conversation {
  owner: Owner;
  /** Ids of the humans of the team who have written here. */
  team: readonly string[];
  handoff?: Handoff;
  /** Since when (ms) its owner is the owner, where it ever changed. */
  ownedAt?: number;
  /** How often it was given back to the bot. */
  returned?: number;
  /** What the platform calls others who took part in a group when somebody spoke without calling the bot, by their ids. */
  roles?: Readonly<Record<string, string>>;
  /** The sort key of the newest turn whose answer somebody disliked; its rating says whether that still holds. */
  disliked?: string;
  summary?: Summary;
}

/** What a user thinks of an answer. */
export interface Rating {
  value: 'positive' | 'negative';
  /** In the user's words, at most 1,000 characters. */
  comment?: string | undefined;
  /** The id of the user, where that is told. */
  by?: string;
  /** What the platform calls the message of the bot that it was given to, where that is told. */
  message?: string;
  /** ms */
  at: number;
}

/** A request as a door got it: header names in lower case, body as the raw bytes that were signed. */
export interface WebhookRequest {
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/** The inbound half of a platform. Both throw `Rejected`; neither waits, reads a clock or an environment. */
export interface Dialect {
  /** Proves that the platform sent this; throws `Rejected` 401 otherwise. `now` in ms. */
  verify(request: WebhookRequest, now: number): void;
  /** The message in it, or why there is nothing to do; throws `Rejected` 400 for what is not the shape of its event. */
  parse(request: WebhookRequest): Inbound | Ignored;
}

/** A webhook with which there is nothing to do, and why; `about` is the message in it, where there is one. */
export interface Ignored {
  ignored: string;
  about?: Pick<MessageRef, 'platform' | 'conversation' | 'messageId'>;
}

/** Who did not take what is a dead letter now, and why, in words of ours. */
export interface Died {
  to?: string | undefined;
  reason: string;
}

/** Where an answer is to appear, and as whose. */
export interface Seat {
  conversation: string;
  /** The name of the bot that answers; the default one without it. */
  bot?: string | undefined;
  /** The same for every attempt to send this answer: the idempotency key. */
  replyKey: string;
  /** The id of the user who is answered. */
  to?: string | undefined;
}

/** An answer on its way out. */
export interface Outgoing extends Seat {
  /** Markdown, as Claude wrote it. */
  text: string;
  /** What is said where nothing of the text can be shown. */
  whenEmpty: string;
  /** What it is from; the platform writes their marks into the text as it can. */
  sources?: readonly Source[];
  /** The message that is answered, the first of a burst. */
  messageId?: string;
  /** Shown as buttons behind the text; only where the platform `hasButtons`, else they are a list in the text. */
  choices?: readonly string[];
  /** What Claude says was shown while it grew. */
  isStreamed?: boolean;
  /** The key under which its turn showed that the bot is at work, where that is another one: of an apology. */
  placeKey?: string;
  /** An earlier attempt may have shown something. */
  isRepeat?: boolean;
  /** Set when an earlier attempt may have sent it, wholly or in part: not before this time (ms, the platform's clock). */
  mayBeOutSince?: number;
}

/** An answer that is shown while it grows. What it shows is a preview, and replaced by what is delivered. */
export interface AnswerStream {
  delta(text: string): void;
  /** Takes back what was shown: another attempt begins anew. Never throws. */
  abort(): Promise<void>;
  /** Resolves when nothing more will be shown. Never throws. */
  end(): Promise<void>;
}

/** The outbound half of a platform: the only interface with several implementations. */
export interface Platform {
  /** Whether it shows choices; a click there must become a message of the user. */
  hasButtons?: boolean;
  /**
   * Posts the answer as the bot, once for any number of calls with the same `replyKey`; gives the platform's message ids.
   * Throws `Later` when it may work afterwards and `Undeliverable` when it never will.
   */
  deliver(reply: Outgoing, signal: AbortSignal): Promise<string[]>;
  /** Set where the API knows no idempotency key: of two workers at once neither would see what the other sends, so one sends at a time. */
  sendsAlone?: boolean;
  /** The message of that id in the conversation, if the platform has it. Throws `Later` while it does not answer. */
  quoted?(
    of: Pick<Sent, 'conversation' | 'speaker'>,
    messageId: string,
    signal: AbortSignal,
  ): Promise<Quoted | undefined>;
  /** The newest messages of the conversation, in any order. Throws `Later` while it does not answer. */
  earlier?(of: Pick<Sent, 'conversation' | 'speaker'>, signal: AbortSignal): Promise<Earlier[]>;
  /** Where it knows who helps the users: which role somebody has, '' for none, and whether that makes them one of the team. */
  team?: { roleOf(userId: string, signal: AbortSignal): Promise<string>; has(role: string): boolean };
  /** Shows that the bot is at work on `replyKey`; never throws. */
  typing?(seat: Seat, signal: AbortSignal): Promise<void>;
  /** Takes away what shows that the bot is at work on `replyKey`, where no answer comes. Throws `Later`. */
  clear?(seat: Seat, signal: AbortSignal): Promise<void>;
  /** Shows the answer to come; `isRepeat` when an earlier attempt may have shown something. */
  stream?(seat: Seat, isRepeat: boolean): AnswerStream;
}
