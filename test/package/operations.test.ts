import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { findProblems, type Template } from '../harness/cloudformation.ts';
import { readPackage } from '../harness/packaged.ts';

const root = path.resolve(import.meta.dirname, '../..');
const operations = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');

type Values = Record<string, unknown>;

let usual: Template;
/** With everything that is off by default. */
let full: Template;

beforeAll(async () => {
  const packages = inject('packages');
  usual = (await readPackage(packages.usual)).template;
  full = (await readPackage(packages.full)).template;
});

describe('the alarms', () => {
  it('are valid CloudFormation, with everything switched on, too', () => {
    expect(findProblems(usual)).toEqual([]);
    expect(findProblems(full)).toEqual([]);
  });

  it('all go to one topic, when they begin and when they end', () => {
    const alarms = ofType(usual, 'AWS::CloudWatch::Alarm');

    expect(alarms.length).toBeGreaterThan(10);
    for (const [, { AlarmActions, OKActions, AlarmDescription }] of alarms) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: 'AlarmsTopic' }], [{ Ref: 'AlarmsTopic' }]]);
      expect(AlarmDescription).toMatch(/^.{20,}\.$/);
    }
  });

  it('each have a section in docs/operations.md', () => {
    const sections = new Set([...operations.matchAll(/^### (\w+)$/gm)].map(([, name]) => name));

    const ids = ofType(usual, 'AWS::CloudWatch::Alarm').map(([id]) => id);
    const perFunction = /^(?!Doors).*(?=(Errors|Throttles)Alarm$)/;
    const named = new Set(ids.map((id) => id.replace(perFunction, '')));
    expect(named).toEqual(sections);
  });

  it('are mailed to whom the settings name, and to nobody else', () => {
    const [, subscription] = ofType(full, 'AWS::SNS::Subscription')[0] ?? [];

    expect(ofType(usual, 'AWS::SNS::Subscription')).toEqual([]);
    expect(subscription).toEqual({
      TopicArn: { Ref: 'AlarmsTopic' },
      Protocol: 'email',
      Endpoint: 'somebody@example.com',
    });
  });

  it('watch every function for errors and throttles', () => {
    const watched = ofType(usual, 'AWS::CloudWatch::Alarm').flatMap(([, { MetricName, Dimensions }]) =>
      dimension(Dimensions ?? [], 'FunctionName').map((value) => `${MetricName} ${JSON.stringify(value)}`),
    );

    const functions = ofType(usual, 'AWS::Lambda::Function').map(([id]) => JSON.stringify({ Ref: id }));
    const expected = functions.flatMap((ref) => [`Errors ${ref}`, `Throttles ${ref}`]);
    expect(functions.length).toBeGreaterThan(7);
    expect(watched.sort()).toEqual(expected.sort());
  });

  it('watch every queue of dead letters', () => {
    const watched = ofType(usual, 'AWS::CloudWatch::Alarm').flatMap(([, { MetricName, Dimensions, Threshold }]) =>
      MetricName === 'ApproximateNumberOfMessagesVisible' && Threshold === 0 ? dimension(Dimensions, 'QueueName') : [],
    );

    const queues = ofType(usual, 'AWS::SQS::Queue').flatMap(([id]) => (id.endsWith('DeadLetters') ? [id] : []));
    expect(queues.length).toBeGreaterThan(2);
    expect(watched).toEqual(expect.arrayContaining(queues.map((id) => ({ 'Fn::GetAtt': [id, 'QueueName'] }))));
  });

  it('begin when a message has waited for a minute', () => {
    expect(usual.Resources.TurnsWaitingAlarm?.Properties).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['TurnsQueue', 'QueueName'] } }],
      Statistic: 'Maximum',
      Threshold: 60,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it('begin when an hour was dearer than the parameter says', () => {
    const [spend, dearer] = [full, usual].map(({ Resources }) => Resources.SpendAlarm?.Properties);

    expect(spend).toMatchObject({ Namespace: 'ClaudeChat/prod', MetricName: 'Usd', Period: 3600, Threshold: 3 });
    expect(dearer).toMatchObject({ Namespace: 'ClaudeChat/dev', Threshold: 10 });
  });

  it('and the dashboard look only at metrics of ours that something writes', () => {
    const written = new Set(filters(usual).map(({ MetricName }) => MetricName));

    const alarmed = ofType(usual, 'AWS::CloudWatch::Alarm').flatMap(([, { Namespace, MetricName }]) =>
      Namespace === 'ClaudeChat/dev' ? [MetricName] : [],
    );
    const shown = metricsOf(dashboardOf(usual)).flatMap(([namespace, name]) =>
      namespace === 'ClaudeChat/dev' ? [name] : [],
    );
    expect(alarmed.length).toBeGreaterThan(3);
    expect([...alarmed, ...shown].filter((name) => !written.has(String(name)))).toEqual([]);
  });
});

it('counts only lines that the code writes', () => {
  const sources = globSync('lib/**/*.ts', { cwd: root }).map((file) => readFileSync(path.join(root, file), 'utf8'));
  const code = sources.join('\n');

  const patterns = ofType(usual, 'AWS::Logs::MetricFilter').map(([, { FilterPattern }]) => String(FilterPattern));
  const events = new Set(
    patterns.flatMap((pattern) => [...pattern.matchAll(/event = "([\w-]+)"/g)].map(([, event]) => event)),
  );
  expect(events.size).toBeGreaterThan(8);
  expect([...events].filter((event) => !code.includes(`'${event}'`))).toEqual([]);
});

describe('the dashboard', () => {
  it('shows answers, their time, tokens, money and failures', () => {
    const titles = dashboardOf(usual).widgets.map(({ properties }) => properties.title);

    for (const word of [/Messages/, /delivery/, /first text/, /Tokens/, /US dollars/, /wrong/, /Dead letters/])
      expect(titles.filter((title) => word.test(title))).toHaveLength(1);
  });

  it('fits into the grid without two graphs in one place', () => {
    const { widgets } = dashboardOf(usual);

    const places = widgets.map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(widgets.length);
    expect(widgets.filter(({ x, width }) => x + width > 24)).toEqual([]);
  });

  it('is of its stage alone', () => {
    const text = JSON.stringify(dashboardOf(full));

    expect(text).toContain('ClaudeChat/prod');
    expect(text).not.toContain('ClaudeChat/dev');
  });
});

describe('tracing', () => {
  it('is off, without any right to it, until the parameter switches it on', () => {
    const modes = (template: Template) =>
      new Set(
        ofType(template, 'AWS::Lambda::Function').map(
          ([, { TracingConfig }]) => (TracingConfig as { Mode: string }).Mode,
        ),
      );

    expect([...modes(usual)]).toEqual(['PassThrough']);
    expect([...modes(full)]).toEqual(['Active']);
    expect(ofType(usual, 'AWS::IAM::Policy')).toEqual([]);
    expect(JSON.stringify(usual)).not.toContain('xray:');
    expect(usual.Resources.ApiGatewayStage?.Properties).toMatchObject({ TracingEnabled: false });
    expect(full.Resources.ApiGatewayStage?.Properties).toMatchObject({ TracingEnabled: true });
  });

  it('adds to every role the two rights it takes, and no other', () => {
    const roles = ofType(full, 'AWS::IAM::Role').map(([id]) => ({ Ref: id }));
    const policy = full.Resources.TracingPolicy?.Properties;
    expect(policy?.Roles).toEqual(expect.arrayContaining(roles));
    expect(policy?.PolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' }],
    });
  });
});

describe('a stage', () => {
  it('keeps its logs for 14 days, and for 90 in production', () => {
    const retention = (template: Template) =>
      new Set(ofType(template, 'AWS::Logs::LogGroup').map(([, { RetentionInDays }]) => RetentionInDays));

    expect([...retention(usual)]).toEqual([14]);
    expect([...retention(full)]).toEqual([90]);
  });

  it('throttles its REST API like its HTTP API', () => {
    const { Properties } = usual.Resources.ApiGatewayStage ?? {};

    const [deployment] = ofType(usual, 'AWS::ApiGateway::Deployment');
    expect(deployment?.[1]).not.toHaveProperty('StageName');
    expect(Properties).toMatchObject({
      StageName: 'dev',
      DeploymentId: { Ref: deployment?.[0] },
      MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 }],
    });
  });
});

interface Widget {
  x: number;
  y: number;
  width: number;
  properties: { title: string; metrics: unknown[][] };
}

/** The body as CloudWatch gets it: what CloudFormation fills in is a name here. */
function dashboardOf(template: Template): { widgets: Widget[] } {
  const body = template.Resources.Dashboard?.Properties?.DashboardBody as { 'Fn::Sub': string };
  return JSON.parse(body['Fn::Sub'].replace(/\$\{([^!}][^}]*)\}/g, '$1'));
}

function metricsOf({ widgets }: { widgets: Widget[] }): unknown[][] {
  return widgets.flatMap(({ properties }) => properties.metrics);
}

function filters(template: Template): { MetricName: string }[] {
  return ofType(template, 'AWS::Logs::MetricFilter').flatMap(
    ([, { MetricTransformations }]) => MetricTransformations as { MetricName: string }[],
  );
}

function dimension(dimensions: unknown, name: string): unknown[] {
  return (dimensions as { Name: string; Value: unknown }[]).flatMap(({ Name, Value }) =>
    Name === name ? [Value] : [],
  );
}

function ofType(template: Template, type: string): [string, Values][] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) =>
    Type === type ? [[id, Properties] satisfies [string, Values]] : [],
  );
}
