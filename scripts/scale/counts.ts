/** What one message takes. MEASURED is kept true by test/flow/scale-counts.test.ts; ASSUMED is not ours to measure. */

/**
 * One turn of a long conversation on TalkJS with default settings, limits and the interaction log on: 120 characters of a user,
 * 900 of Claude, a full window of 40,000 tokens; the mean of 100 turns.
 */
export const MEASURED = {
  /** DynamoDB: 5 for the turn, 4 for the limits. */
  writeUnits: 9,
  /** DynamoDB: the window. */
  readUnits: 18.3,
  /** DynamoDB: that a record is taken, and that it was brought. */
  logWriteUnits: 2,
  /** The whole request and response, as they wait on the records queue. */
  logRecordBytes: 82_000,
  visibilityCalls: 1,
  logSends: 1,
  claudeCalls: 1,
  /** Our own lines in the logs of the worker and the deliverer. */
  lineBytes: 1_880,
  inputTokens: 0,
  cacheReadTokens: 29_800,
  cacheWriteTokens: 835,
  outputTokens: 317,
} as const;

export const ASSUMED = {
  /** TalkJS tells of the user's message, and then of the bot's own. */
  webhooks: 2,
  /** How long Claude takes (s): log-normal, with this mean and this spread. */
  claudeSeconds: 4,
  claudeSpread: 0.5,
  /** What a turn takes besides (s): two round trips to the table, one to the platform, one to the records queue. */
  besidesSeconds: 0.15,
  /** One webhook (s), warm. */
  webhookSeconds: 0.02,
  /** One batch of records to Reconify (s). */
  recordsSeconds: 0.3,
  /** The lines that Lambda itself writes for each invocation, and one of ours for each webhook. */
  invocationLogBytes: 400,
  /** What one user says in a minute: how many conversations make the load. */
  messagesPerConversationMinute: 2,
} as const;
