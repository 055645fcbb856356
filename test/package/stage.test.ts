/** What a stage is kept safe with, as usual and with everything that is off by default. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Template } from '../harness/cloudformation.ts';
import { readPackage } from '../harness/packaged.ts';

const root = path.resolve(import.meta.dirname, '../..');

let usual: Template;
let full: Template;

beforeAll(async () => {
  const packages = inject('packages');
  usual = (await readPackage(packages.usual)).template;
  full = (await readPackage(packages.full)).template;
});

describe('a stage', () => {
  it('keeps its table from being deleted', () => {
    expect(usual.Resources.Table?.Properties).toMatchObject({ DeletionProtectionEnabled: true });
  });

  it('has no queue that does without TLS', () => {
    const queues = Object.keys(ofType(usual, 'AWS::SQS::Queue'));
    const policies = Object.values(ofType(usual, 'AWS::SQS::QueuePolicy'));

    expect(queues.length).toBeGreaterThan(5);
    expect(policies).toHaveLength(queues.length);
    for (const queue of queues)
      expect(policies).toContainEqual({
        Queues: [{ Ref: queue }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 'sqs:*',
              Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      });
  });

  it('mails handoffs where somebody is set for it, through a topic that only the deliverer may publish to', () => {
    const { EventsTopic, EventsEmail, EventsMayPublish, EventsLambdaFunction } = full.Resources;

    expect(usual.Resources.EventsTopic).toBeUndefined();
    expect(EventsTopic?.Properties).toMatchObject({ KmsMasterKeyId: 'alias/aws/sns' });
    expect(EventsEmail?.Properties).toMatchObject({ Protocol: 'email', Endpoint: 'oncall@example.com' });
    expect(EventsMayPublish?.Properties).toMatchObject({
      Roles: [{ Ref: 'EventsRole' }],
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['sns:Publish'], Resource: { Ref: 'EventsTopic' } }] },
    });
    expect(EventsLambdaFunction?.Properties).toMatchObject({
      Environment: { Variables: { EVENTS_TOPIC_ARN: { Ref: 'EventsTopic' } } },
    });
  });

  it('leaves two of a new account’s ten Lambdas to the doors', () => {
    expect(busyAtMost(usual)).toBe(8);
  });

  it('takes two more for the outgoing webhook, and only where it is set', () => {
    const poller = (template: Template) =>
      Object.values(ofType(template, 'AWS::Lambda::EventSourceMapping')).find(({ EventSourceArn }) =>
        JSON.stringify(EventSourceArn).includes('EventsQueue'),
      );

    expect(poller(usual)).toMatchObject({ Enabled: false });
    expect(poller(full)).toMatchObject({ Enabled: true, ScalingConfig: { MaximumConcurrency: 2 } });
    expect(busyAtMost(full)).toBe(10);
  });
});

describe('what answers', () => {
  it('has 1,024 MB, and twice that for an index of more than 8,000 chunks', () => {
    const rooms = (template: Template) =>
      [template.Resources.ReplyLambdaFunction, template.Resources.ChatLambdaFunction].map(
        (answering) => answering?.Properties?.MemorySize,
      );

    expect(rooms(usual)).toEqual([1_024, 1_024]);
    expect(rooms(full)).toEqual([2_048, 2_048]);
    expect(full.Resources.TalkjsLambdaFunction?.Properties).toMatchObject({ MemorySize: 256 });
  });
});

describe('by a parameter', () => {
  it('the functions that run tools join a private network, once their roles may, and no other does', () => {
    const networks = (template: Template) =>
      Object.entries(ofType(template, 'AWS::Lambda::Function')).flatMap(([id, { VpcConfig }]) =>
        VpcConfig ? [[id, VpcConfig]] : [],
      );

    const network = { SubnetIds: ['subnet-0a1b2c3d', 'subnet-0e4f5a6b'], SecurityGroupIds: ['sg-0a1b2c3d'] };
    const ids = ['ChatLambdaFunction', 'ReplyLambdaFunction'];
    expect(networks(usual)).toEqual([]);
    expect(JSON.stringify(usual)).not.toContain('ec2:');
    expect(Object.fromEntries(networks(full))).toEqual(Object.fromEntries(ids.map((id) => [id, network])));
    for (const id of ids)
      expect(full.Resources[id]).toMatchObject({ DependsOn: expect.arrayContaining(['NetworkPolicy']) });
  });

  it('a role may make network interfaces for Lambda, and the code that runs under it may not', () => {
    const { Roles, PolicyDocument } = full.Resources.NetworkPolicy?.Properties ?? {};
    const [allowed, denied] = (PolicyDocument as { Statement: Record<string, unknown>[] }).Statement;

    expect(Roles).toEqual([{ Ref: 'ReplyRole' }, { Ref: 'ChatRole' }]);
    expect([allowed?.Effect, denied?.Effect]).toEqual(['Allow', 'Deny']);
    expect(denied?.Action).toEqual(allowed?.Action);
    const ours = ['reply', 'chat'].map((name) =>
      expect.objectContaining({ 'Fn::Sub': expect.stringMatching(`:function:claude-chat-prod-${name}$`) }),
    );
    expect(denied?.Condition).toEqual({ ArnEquals: { 'lambda:SourceFunctionArn': ours } });
  });

  it('each request is a line without its path', () => {
    const [http, rest] = [full.Resources.HttpApiStage?.Properties, full.Resources.ApiGatewayStage?.Properties];

    for (const [settings, api] of [
      [http?.AccessLogSettings, 'HttpApi'],
      [rest?.AccessLogSetting, 'RestApi'],
    ] as const) {
      const { DestinationArn, Format } = settings as { DestinationArn: unknown; Format: string };
      expect(DestinationArn).toEqual({ 'Fn::GetAtt': [`${api}AccessLogGroup`, 'Arn'] });
      expect(Object.keys(JSON.parse(Format))).toEqual(
        expect.arrayContaining(['time', 'requestId', 'address', 'status', 'route', 'ms']),
      );
      expect(Format).not.toMatch(/\$context\.(path|request\.path|identity\.userAgent)/);
      expect(full.Resources[`${api}AccessLogGroup`]?.Properties).toEqual({ RetentionInDays: 90 });
    }
  });

  it('one address may send so many requests in five minutes to the REST API', () => {
    expect(full.Resources.Firewall?.Properties).toMatchObject({
      Rules: [{ Statement: { RateBasedStatement: { Limit: 300, EvaluationWindowSec: 300, AggregateKeyType: 'IP' } } }],
    });
    expect(full.Resources.FirewallInFront).toMatchObject({
      DependsOn: ['ApiGatewayStage'],
      Properties: {
        WebACLArn: { 'Fn::GetAtt': ['Firewall', 'Arn'] },
        ResourceArn: { 'Fn::Sub': expect.stringMatching(/\/restapis\/\$\{ApiGatewayRestApi\}\/stages\/prod$/) },
      },
    });
  });

  it('and none of it otherwise', () => {
    expect(JSON.stringify(usual)).not.toMatch(/AccessLog|WAFv2/);
  });
});

describe('the workflow', () => {
  it('takes every action by its commit', () => {
    const workflow = readFileSync(path.join(root, '.github/workflows/ci.yml'), 'utf8');
    const uses = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);

    expect(uses.length).toBeGreaterThan(1);
    expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });
});

function ofType(template: Template, type: string) {
  const entries = Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
  return Object.fromEntries(entries.map(([id, { Properties = {} }]) => [id, Properties]));
}

/** How many Lambdas the consumers and what is reserved take together. */
function busyAtMost(template: Template): number {
  const consumers = Object.values(ofType(template, 'AWS::Lambda::EventSourceMapping'))
    .filter(({ Enabled }) => Enabled !== false)
    .map(({ ScalingConfig }) => Number((ScalingConfig as { MaximumConcurrency: number }).MaximumConcurrency));
  const reserved = Object.values(ofType(template, 'AWS::Lambda::Function')).map(
    ({ ReservedConcurrentExecutions = 0 }) => Number(ReservedConcurrentExecutions),
  );
  return [...consumers, ...reserved].reduce((sum, count) => sum + count, 0);
}
