/** Stop 6, after the call. What each call of a model took and cost: one line that is both a log entry and CloudWatch metrics. */
import { DEFAULT_BOT } from '../bots/identity.ts';
import { pseudonym, writeLine } from '../log.ts';
import type { Sent, Usage } from '../types.ts';

/** What is known of one answered call; its request and its text are looked at by nobody here. */
export interface MeasuredCall {
  about: Pick<Sent, 'platform' | 'conversation' | 'messageId' | 'bot'>;
  response: { model: string; stop_reason: string | null };
  /** Anthropic's, to quote when asking them. */
  requestId?: string | null | undefined;
  usage: Usage;
  usd: number;
  /** How `usd` is known, if not by the API's own count. */
  cost?: 'estimated' | 'unknown' | undefined;
  requestedAt: number;
  respondedAt: number;
  firstTextMs: number | undefined;
  tries: number;
  isPartial: boolean;
}

/** With the stage behind it, so that stages of one account do not add up. */
const NAMESPACE = 'ClaudeChat';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const METRICS = [
  { Name: 'InputTokens', Unit: 'Count' },
  { Name: 'OutputTokens', Unit: 'Count' },
  { Name: 'CacheReadTokens', Unit: 'Count' },
  { Name: 'CacheWriteTokens', Unit: 'Count' },
  { Name: 'Usd', Unit: 'None' },
  { Name: 'LatencyMs', Unit: 'Milliseconds' },
  { Name: 'FirstTextMs', Unit: 'Milliseconds' },
  { Name: 'Attempts', Unit: 'Count' },
];

/** The line, as an object: metrics by model, and by model and platform; what it cost by bot; the rest is for a search in the logs. */
export function measure(call: MeasuredCall, stage: string): Record<string, unknown> {
  const { about, response, usage, requestedAt, respondedAt, firstTextMs } = call;
  const values = {
    InputTokens: usage.inputTokens,
    OutputTokens: usage.outputTokens,
    CacheReadTokens: usage.cacheReadTokens,
    CacheWriteTokens: usage.cacheWriteTokens,
    Usd: call.usd,
    LatencyMs: respondedAt - requestedAt,
    ...(firstTextMs === undefined ? {} : { FirstTextMs: firstTextMs }),
    Attempts: call.tries,
  };
  const Namespace = `${NAMESPACE}/${stage}`;
  return {
    _aws: {
      Timestamp: respondedAt,
      CloudWatchMetrics: [
        {
          Namespace,
          Dimensions: [['Model'], ['Model', 'Platform']],
          Metrics: METRICS.filter(({ Name }) => Name in values),
        },
        // One metric a bot: AWS bills each by the month.
        { Namespace, Dimensions: [['Bot']], Metrics: METRICS.filter(({ Name }) => Name === 'Usd') },
      ],
    },
    time: new Date(respondedAt).toISOString(),
    event: 'claude-answered',
    Model: response.model,
    Platform: about.platform,
    Bot: about.bot ?? DEFAULT_BOT,
    ...values,
    cost: call.cost,
    stop: call.isPartial ? 'broken off' : (response.stop_reason ?? 'none'),
    requestId: call.requestId ?? undefined,
    conversation: pseudonym(about.platform, about.conversation),
    inbound: about.messageId,
  };
}

/** Writes the line where CloudWatch reads it. */
export function writeMeasured(call: MeasuredCall, stage: string): void {
  writeLine(measure(call, stage));
}
