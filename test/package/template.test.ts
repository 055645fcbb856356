import { beforeAll, describe, expect, inject, it } from 'vitest';
import { findProblems, type Template, type TemplateResource } from '../harness/cloudformation.ts';
import { type Packaged, readPackage } from '../harness/packaged.ts';
import { isSecret } from './settings.ts';

let packaged: Packaged;

beforeAll(async () => {
  packaged = await readPackage(inject('packages').usual);
});

describe('the packaged service', () => {
  it('is valid CloudFormation', () => {
    const problems = findProblems(packaged.template);

    expect(Object.keys(packaged.template.Resources).length).toBeGreaterThan(20);
    expect(problems).toEqual([]);
  });

  it('zips one file per function, what the bots know where it answers, and the widget where it is asked for', () => {
    const { zips } = packaged;
    const [widget = ''] = zips['chat-api.zip']?.filter((file) => file !== 'dist/chat-api.mjs') ?? [];
    expect(widget).toMatch(/^dist\/widget\/widget-[0-9a-f]{16}\.js\.gz$/);

    const expected = ofType('AWS::Lambda::Function').map(([, { FunctionName, Handler }]) => [
      `${String(FunctionName).replace('claude-chat-dev-', '')}.zip`,
      [
        String(Handler).replace(/\.\w+$/, '.mjs'),
        ...(/-(?:reply|chat)$/.test(String(FunctionName)) ? ['dist/knowledge/default.json'] : []),
        ...(/-chat-api$/.test(String(FunctionName)) ? [widget] : []),
      ].sort(),
    ]);
    expect(expected.length).toBeGreaterThan(0);
    expect(zips).toEqual(Object.fromEntries(expected));
  });

  it('holds no secret, neither by value nor by name', () => {
    const variables = ofType('AWS::Lambda::Function').flatMap(([, { Environment }]) =>
      keysOf(Environment, 'Variables'),
    );

    expect(packaged.text).not.toContain('planted-');
    expect(variables.filter(isSecret)).toEqual([]);
  });

  it('passes settings that are no secret, and leaves out what is not set', () => {
    const [, reply] = ofType('AWS::Lambda::Function').find(([id]) => id === 'ReplyLambdaFunction') ?? [];

    expect(reply?.Environment).toMatchObject({ Variables: { CLAUDE_MODEL: 'claude-of-the-shell' } });
    expect(keysOf(reply?.Environment, 'Variables')).not.toContain('CLAUDE_FALLBACK_MODEL');
    expect(keysOf(reply?.Environment, 'Variables')).not.toContain('AWS_ENDPOINT_URL_SQS');
  });

  it('runs on Node 24 on arm64, with a role and a log group of its own for each function', () => {
    const functions = ofType('AWS::Lambda::Function');
    const roles = functions.map(([, { Role }]) => JSON.stringify(Role));

    for (const [id, properties] of functions) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
      expect(resource(id.replace('LambdaFunction', 'LogGroup')).Properties).toMatchObject({ RetentionInDays: 14 });
    }
    expect(new Set(roles).size).toBe(functions.length);
  });

  it('keeps turns in order per conversation, for 12 hours, and then as dead letters for 14 days', () => {
    const { Properties } = resource('TurnsQueue');

    expect(Properties).toEqual({
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      VisibilityTimeout: 6 * Number(resource('ReplyLambdaFunction').Properties?.Timeout),
      MessageRetentionPeriod: 12 * 3600,
      DelaySeconds: '2',
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['TurnsDeadLetters', 'Arn'] }, maxReceiveCount: 10 },
    });
    expect(resource('TurnsDeadLetters').Properties).toMatchObject({
      FifoQueue: true,
      VisibilityTimeout: 6 * Number(resource('ApologizeLambdaFunction').Properties?.Timeout),
      MessageRetentionPeriod: 14 * 24 * 3600,
      SqsManagedSseEnabled: true,
    });
  });

  it('keeps what Reconify does not take for 14 days, and raises an alarm', () => {
    const alarm = resource('RecordsDeadLettersAlarm').Properties;

    expect(resource('RecordsDeadLetters').Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3600 });
    expect(resource('RecordsQueue').Properties).toMatchObject({
      VisibilityTimeout: 6 * Number(resource('DeliverLambdaFunction').Properties?.Timeout),
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['RecordsDeadLetters', 'Arn'] }, maxReceiveCount: 110 },
    });
    expect(alarm).toMatchObject({
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['RecordsDeadLetters', 'QueueName'] } }],
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it('streams the Chat API through a regional REST API, for as long as the function may run', () => {
    const [, method] = ofType('AWS::ApiGateway::Method').find(([id]) => id.includes('ChatDashapi')) ?? [];

    expect(ofType('AWS::ApiGateway::RestApi')[0]?.[1]).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    expect(method).toMatchObject({
      HttpMethod: 'ANY',
      Integration: { ResponseTransferMode: 'STREAM', TimeoutInMillis: 125_000 },
    });
    expect(resource('ChatDashapiLambdaFunction').Properties).toMatchObject({ Timeout: 120 });
  });

  it('keeps the events of a conversation in order, and as dead letters what a receiver does not take', () => {
    expect(resource('EventsQueue').Properties).toMatchObject({
      FifoQueue: true,
      VisibilityTimeout: 6 * Number(resource('EventsLambdaFunction').Properties?.Timeout),
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['EventsDeadLetters', 'Arn'] }, maxReceiveCount: 100 },
    });
    expect(resource('EventsDeadLetters').Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3600 });
  });

  it('reports single messages of a batch as failed, and bounds how many turns run at once', () => {
    const sources = ofType('AWS::Lambda::EventSourceMapping');

    expect(sources.map(([, { EventSourceArn }]) => EventSourceArn)).toEqual([
      { 'Fn::GetAtt': ['EventsQueue', 'Arn'] },
      { 'Fn::GetAtt': ['TurnsQueue', 'Arn'] },
      { 'Fn::GetAtt': ['TurnsDeadLetters', 'Arn'] },
      { 'Fn::GetAtt': ['RecordsQueue', 'Arn'] },
    ]);
    for (const [, properties] of sources) {
      expect(properties).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
      expect(properties.ScalingConfig).toMatchObject({ MaximumConcurrency: expect.any(Number) });
    }
  });

  it('keeps the table encrypted, restorable and paid per request, also when the stack is removed', () => {
    const table = resource('Table');

    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });

  it('throttles the HTTP API and prints the URLs to paste', () => {
    const stage = resource('HttpApiStage');

    expect(stage.Properties?.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 });
    expect(JSON.stringify(packaged.template.Outputs?.TalkJSWebhookUrl?.Value)).toContain('/talkjs"');
    expect(JSON.stringify(packaged.template.Outputs?.BotpressWebhookUrl?.Value)).toContain('/botpress/events"');
  });
});

describe('the template check', () => {
  const faults: [string, (template: Template) => void, string][] = [
    ['an unknown type', ({ Resources }) => set(Resources, 'X', { Type: 'AWS::SQS::Kueue' }), 'X: unknown type'],
    ['an unknown property', (t) => set(properties(t, 'Table'), 'Tabel', 1), 'Table.Tabel: unknown property'],
    ['a missing property', (t) => remove(properties(t, 'Table'), 'KeySchema'), 'Table.KeySchema: missing'],
    ['an ill-typed number', (t) => set(properties(t, 'TurnsQueue'), 'DelaySeconds', 'soon'), 'not an integer'],
    ['an ill-typed flag', (t) => set(properties(t, 'TurnsQueue'), 'FifoQueue', 'perhaps'), 'not a boolean'],
    ['an ill-typed list', (t) => set(properties(t, 'Table'), 'AttributeDefinitions', 'pk'), 'not a list'],
    [
      'a nested unknown property',
      (t) => set(properties(t, 'Table'), 'SSESpecification', { SSEEnabled: true, On: true }),
      'SSESpecification.On: unknown property',
    ],
    ['a Ref to nothing', (t) => set(properties(t, 'Table'), 'TableName', { Ref: 'Nobody' }), 'refers to Nobody'],
    [
      'an attribute that is not there',
      (t) => set(properties(t, 'Table'), 'TableName', { 'Fn::GetAtt': ['TurnsQueue', 'Colour'] }),
      'TurnsQueue has no attribute Colour',
    ],
    [
      'a Sub of nothing',
      (t) => set(properties(t, 'Table'), 'TableName', { 'Fn::Sub': [`\${A}-\${Nobody}`, { A: 1 }] }),
      'refers to Nobody',
    ],
    [
      'a dependency on nothing',
      ({ Resources }) => set(Resources, 'X', { Type: 'AWS::SQS::Queue', DependsOn: 'Nobody' }),
      'X: depends on Nobody',
    ],
    ['an output of nothing', (t) => set(t, 'Outputs', { Url: { Value: { Ref: 'Nobody' } } }), 'refers to Nobody'],
  ];

  it.each(faults)('finds %s', (_name, plant, expected) => {
    const template = structuredClone(packaged.template);

    plant(template);

    const problems = findProblems(template);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });
});

type Values = Record<string, unknown>;

function ofType(type: string): [string, Values][] {
  const entries = Object.entries(packaged.template.Resources).filter(([, { Type }]) => Type === type);
  return entries.map(([id, { Properties = {} }]) => [id, Properties]);
}

function resource(id: string): TemplateResource {
  const found = packaged.template.Resources[id];
  if (!found) throw new Error(`there is no ${id}`);
  return found;
}

function properties(template: Template, id: string): Values {
  return template.Resources[id]?.Properties ?? {};
}

function set(target: object, name: string, value: unknown): void {
  Object.assign(target, { [name]: value });
}

function remove(target: Values, name: string): void {
  delete target[name];
}

function keysOf(value: unknown, name: string): string[] {
  return Object.keys((value as Record<string, object> | undefined)?.[name] ?? {});
}
