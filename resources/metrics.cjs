/** Resources: metrics that CloudWatch counts from our log lines. Each stage has a namespace of its own, ClaudeChat/<stage>. */
const { functionsOf } = require('./functions.cjs');
const { platformNames } = require('./platforms.cjs');

/** Which doors write a line; of those that serverless.yml does not have, nothing is made. */
const WEBHOOKS = ['every platform'];
const ANSWERING = ['reply', 'chat'];
const QUEUED = ['reply', 'apologize'];
const RATING = ['chat', 'chat-api', 'reconcile', 'operator'];
const DELIVERING = [...ANSWERING, 'apologize'];

/** By metric: the lines it counts, or the number in them that it takes, and the functions that write them. */
const METRICS = {
  MessagesKept: { lines: '{ $.event = "message-kept" }', of: [...WEBHOOKS, 'chat', 'chat-api'] },
  MessagesNotKept: { lines: '{ $.event = "message-not-kept" }', of: WEBHOOKS },
  WebhooksRejected: { lines: '{ $.event = "webhook-rejected" }', of: WEBHOOKS },
  Answers: { lines: '{ $.event = "reply-delivered" && $.kind = "answer" }', of: DELIVERING },
  AnswerMs: { lines: '{ $.event = "reply-delivered" && $.kind = "answer" }', value: '$.ms', of: DELIVERING },
  Notices: { lines: '{ $.event = "reply-delivered" && $.kind = "notice" }', of: DELIVERING },
  Failures: {
    lines: '{ ($.event = "reply-delivered" && $.kind = "apology") || $.event = "reply-undeliverable" }',
    of: DELIVERING,
  },
  Usd: { lines: '{ $.event = "claude-answered" }', value: '$.Usd', of: ANSWERING },
  Retries: { lines: '{ $.event = "claude-retried" }', of: ANSWERING },
  GivenBack: { lines: '{ $.event = "message-given-back" }', of: QUEUED },
  EffectsUnknown: { lines: '{ $.event = "effect-unknown" }', of: DELIVERING },
  McpChanged: { lines: '{ $.event = "mcp-changed" }', of: ANSWERING },
  DoorsFailed: { lines: '{ $.event = "door-failed" }', of: 'all' },
  MessagesFound: { lines: '{ $.event = "message-found" }', of: ['reconcile'] },
  Found: { lines: '{ $.event = "reply-written" && $.sources > 0 }', of: ANSWERING },
  Missed: { lines: '{ $.event = "knowledge-missed" }', of: ANSWERING },
  Rated: { lines: '{ $.event = "answer-rated" }', of: RATING },
  Disliked: { lines: '{ $.event = "answer-rated" && $.value = "negative" }', of: RATING },
  LogsSent: { lines: '{ $.event = "record-sent" }', of: ['deliver'] },
};

module.exports = async (framework) => {
  const stage = await framework.resolveVariable('sls:stage');
  const functions = await functionsOf(framework);
  const platforms = await platformNames();
  const isOf = (of, key) => of === 'all' || of.includes(key) || (of.includes(WEBHOOKS[0]) && platforms.includes(key));
  const filters = Object.entries(METRICS).flatMap(([name, { lines, value = '1', of }]) =>
    functions
      .filter(({ key }) => isOf(of, key))
      .map(({ id }) => [
        `${name}Of${id}`,
        {
          Type: 'AWS::Logs::MetricFilter',
          Properties: {
            LogGroupName: { Ref: `${id}LogGroup` },
            FilterPattern: lines,
            MetricTransformations: [{ MetricNamespace: `ClaudeChat/${stage}`, MetricName: name, MetricValue: value }],
          },
        },
      ]),
  );
  return { Resources: Object.fromEntries(filters) };
};
module.exports.METRICS = METRICS;
