import { expect, it } from 'vitest';
import { type MeasuredCall, measure } from '../../../lib/claude/metrics.ts';

const call: MeasuredCall = {
  about: { platform: 'talkjs', conversation: 'order-17', messageId: 'm1' },
  response: { model: 'claude-haiku-5-5', stop_reason: 'end_turn' },
  requestId: 'req_1',
  usage: { inputTokens: 100, outputTokens: 20, cacheWriteTokens: 30, cacheReadTokens: 4_000 },
  usd: 0.0001,
  requestedAt: 1_760_000_000_000,
  respondedAt: 1_760_000_002_500,
  firstTextMs: 700,
  tries: 2,
  isPartial: false,
};

it('is one line that CloudWatch reads as metrics and a human as a log entry', () => {
  const line = measure(call, 'prod');

  expect(line).toMatchObject({
    event: 'claude-answered',
    Model: 'claude-haiku-5-5',
    Platform: 'talkjs',
    InputTokens: 100,
    OutputTokens: 20,
    CacheReadTokens: 4_000,
    CacheWriteTokens: 30,
    Usd: 0.0001,
    LatencyMs: 2_500,
    FirstTextMs: 700,
    Attempts: 2,
    stop: 'end_turn',
    requestId: 'req_1',
  });
});

it('has a value at its root for each metric and each dimension that it declares, as the format wants it', () => {
  for (const measured of [call, { ...call, firstTextMs: undefined }]) {
    const { _aws, ...root } = JSON.parse(JSON.stringify(measure(measured, 'prod')));
    const [{ Metrics }] = _aws.CloudWatchMetrics;

    expect(_aws.Timestamp).toBe(call.respondedAt);
    for (const declared of _aws.CloudWatchMetrics) {
      expect(declared.Namespace).toBe('ClaudeChat/prod');
      for (const { Name } of declared.Metrics) expect(root[Name]).toBeTypeOf('number');
      for (const name of declared.Dimensions.flat()) expect(root[name]).toBeTypeOf('string');
    }
    expect(Metrics).toHaveLength('FirstTextMs' in root ? 8 : 7);
  }
});

it('tells by bot what it cost, and nothing else, as each bot is a metric that is paid for', () => {
  const costOf = (bot?: string) => {
    const { _aws, Bot } = JSON.parse(
      JSON.stringify(measure({ ...call, about: { ...call.about, ...(bot ? { bot } : {}) } }, 'prod')),
    );
    return { Bot, declared: _aws.CloudWatchMetrics.at(-1) };
  };
  const declared = {
    Namespace: 'ClaudeChat/prod',
    Dimensions: [['Bot']],
    Metrics: [{ Name: 'Usd', Unit: 'None' }],
  };

  expect(costOf('sales')).toEqual({ Bot: 'sales', declared });
  expect(costOf()).toEqual({ Bot: 'default', declared });
});

it('holds no text and no readable conversation, whatever else the call carries', () => {
  const response = { ...call.response, content: [{ type: 'text', text: 'the answer' }] };
  const request = { system: 'the prompt', messages: [{ role: 'user', content: 'the question' }] };

  const line = JSON.stringify(measure({ ...call, ...{ response, request } }, 'prod'));

  expect(line).not.toMatch(/the answer|the prompt|the question|order-17/);
});

it('says when an answer broke off', () => {
  expect(measure({ ...call, isPartial: true, response: { ...call.response, stop_reason: null } }, 'prod').stop).toBe(
    'broken off',
  );
});
