import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { platforms } from '../../lib/platforms/all.ts';
import { build } from '../../scripts/build/build.mjs';
import { readPackage } from '../harness/packaged.ts';

type Role = Record<string, unknown>;
type Statement = { Action: string[]; Resource: unknown };

const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'];
const KEEP = ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:UpdateItem'];
/** Messages of our own Chat API are items that the worker puts. */
const ANSWER = [
  'dynamodb:Query',
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
];
/** Whatever is kept of somebody can be removed. */
const FORGET = [...ANSWER, 'dynamodb:BatchWriteItem'];

/** As the framework names what belongs to a function. */
const idOf = (name: string) => name.replaceAll('-', 'Dash');

/** All that each function may do besides writing to its own log group and reading its secrets. */
const EXPECTED: Record<string, Record<string, string[]>> = {
  ...Object.fromEntries(Object.keys(platforms).map((name) => [idOf(name), { TurnsQueue: ['sqs:SendMessage'] }])),
  chat: {
    RecordsQueue: ['sqs:SendMessage'],
    EventsQueue: ['sqs:SendMessage'],
    Table: FORGET,
  },
  chatDashapi: {
    TurnsQueue: ['sqs:SendMessage'],
    RecordsQueue: ['sqs:SendMessage'],
    EventsQueue: ['sqs:SendMessage'],
    Table: FORGET,
  },
  events: {
    EventsQueue: CONSUME,
    EventsDeadLetters: ['sqs:SendMessage'],
    Table: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
  },
  reply: { TurnsQueue: CONSUME, RecordsQueue: ['sqs:SendMessage'], EventsQueue: ['sqs:SendMessage'], Table: ANSWER },
  apologize: { TurnsDeadLetters: CONSUME, EventsQueue: ['sqs:SendMessage'], Table: ANSWER },
  reconcile: {
    TurnsQueue: ['sqs:SendMessage'],
    RecordsQueue: ['sqs:SendMessage'],
    EventsQueue: ['sqs:SendMessage'],
    Table: [...KEEP, 'dynamodb:DeleteItem'],
  },
  reconify: { RecordsQueue: ['sqs:SendMessage'], Table: ['dynamodb:UpdateItem'] },
  operator: {
    TurnsQueue: ['sqs:SendMessage'],
    TurnsDeadLetters: CONSUME,
    RecordsQueue: ['sqs:SendMessage'],
    EventsQueue: ['sqs:SendMessage'],
    EventsDeadLetters: CONSUME,
    RecordsDeadLetters: CONSUME,
    Table: FORGET,
  },
  deliver: {
    RecordsQueue: [...CONSUME, 'sqs:SendMessage'],
    RecordsDeadLetters: ['sqs:SendMessage'],
    Table: [
      'dynamodb:Query',
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
    ],
  },
};

let roles: Record<string, Role>;
/** Function → its bundle. */
let bundles: Record<string, string>;
let outdir: string;

beforeAll(async () => {
  outdir = await mkdtemp(path.join(tmpdir(), 'rights-'));
  await build({ outdir });
  const { Resources } = (await readPackage(inject('packages').usual)).template;
  const ofType = (type: string, suffix: string) =>
    Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) =>
      Type === type ? [[uncapitalized(id.replace(suffix, '')), Properties] as const] : [],
    );
  roles = Object.fromEntries(ofType('AWS::IAM::Role', 'Role'));
  bundles = Object.fromEntries(
    ofType('AWS::Lambda::Function', 'LambdaFunction').map(([name, { Handler }]) => [
      name,
      path.join(outdir, path.basename(String(Handler)).replace(/\.\w+$/, '.mjs')),
    ]),
  );
});

afterAll(() => rm(outdir, { recursive: true, force: true }));

describe('the roles', () => {
  it('name every action and every resource', () => {
    const found = Object.values(roles).flatMap(findWildcards);

    expect(Object.keys(roles).sort()).toEqual(Object.keys(EXPECTED).sort());
    expect(found).toEqual([]);
  });

  it('let Lambda in and nobody else', () => {
    const trusts = Object.values(roles).map(({ AssumeRolePolicyDocument }) => AssumeRolePolicyDocument);

    const lambda = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    for (const trust of trusts) expect(trust).toEqual({ Version: '2012-10-17', Statement: [lambda] });
  });

  it.each(Object.entries(EXPECTED))(
    'give %s what it needs on its queues and its table, and nothing else',
    (name, expected) => {
      const granted = grantsOf(roles[name] ?? {});

      const { secrets: _secrets, ...others } = granted;
      const logs = { [`${capitalized(name)}LogGroup`]: ['logs:CreateLogStream', 'logs:PutLogEvents'] };
      expect(others).toEqual({ ...expected, ...logs });
    },
  );

  it.each(Object.keys(EXPECTED))('let %s read exactly the secrets it asks for when it starts', async (name) => {
    const asked = await secretsAskedFor(bundles[name] ?? '');

    expect(asked.length).toBeGreaterThan(0);
    expect([...new Set(asked)].sort()).toEqual(secretsOf(roles[name] ?? {}).sort());
  });

  it('let only the functions that run tools read the secrets of the bots', () => {
    const readers = Object.entries(roles).flatMap(([name, role]) =>
      secretsOf(role).some((parameter) => parameter.endsWith('/bots')) ? [name] : [],
    );

    expect(readers.sort()).toEqual(['chat', 'reply']);
  });

  it('are found out when they hold a wildcard', () => {
    const grant = (Action: string[], Resource: unknown) => ({
      Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource }] } }],
    });

    const found = [
      grant(['sqs:*'], 'arn:aws:sqs:us-east-1:1:q'),
      grant(['sqs:SendMessage'], '*'),
      grant(['ssm:GetParameters'], { 'Fn::Sub': 'arn:aws:ssm:us-east-1:1:parameter/chat/*' }),
      {
        ...grant(['sqs:SendMessage'], 'arn:aws:sqs:us-east-1:1:q'),
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/Any'],
      },
    ].map((role) => findWildcards(role).length);

    expect(found).toEqual([1, 1, 1, 1]);
  });
});

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function uncapitalized(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function statementsOf(role: Role): Statement[] {
  const policies = (role.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** Anything with a star in it, or a policy whose text is not ours to see. */
function findWildcards(role: Role): string[] {
  const statements = statementsOf(role).filter(({ Action, Resource }) =>
    JSON.stringify([Action, Resource]).includes('*'),
  );
  return [
    ...statements.map((one) => JSON.stringify(one)),
    ...('ManagedPolicyArns' in role ? ['managed policies'] : []),
  ];
}

/** Logical id of the resource → actions; the parameters of SSM as `secrets`. */
function grantsOf(role: Role): Record<string, string[]> {
  const grants = statementsOf(role).map(({ Action, Resource }) => {
    const target = (Resource as { 'Fn::GetAtt'?: string[] })['Fn::GetAtt'];
    return [target?.[1] === 'Arn' ? target[0] : 'secrets', Action];
  });
  return Object.fromEntries(grants);
}

function secretsOf(role: Role): string[] {
  const reading = statementsOf(role).filter(({ Action }) => Action.includes('ssm:GetParameters'));
  const resources = reading.flatMap(({ Resource }) => Resource as { 'Fn::Sub': string } | { 'Fn::Sub': string }[]);
  return resources.map((resource) => resource['Fn::Sub'].replace(/^.*:parameter/, ''));
}

/** Starts the bundle as a deployed stage would, and listens to what it asks SSM for. */
async function secretsAskedFor(bundle: string): Promise<string[]> {
  const asked: string[] = [];
  const ssm = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(...JSON.parse(body).Names);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"Parameters":[]}');
  });
  await new Promise<void>((ready) => ssm.listen(0, '127.0.0.1', ready));
  try {
    const runtime = 'globalThis.awslambda = { streamifyResponse: (handler) => handler };';
    const code = `${runtime} import(${JSON.stringify(pathToFileURL(bundle).href)})`;
    await promisify(execFile)(process.execPath, ['-e', code], {
      env: {
        SECRETS_PATH: '/claude-chat/dev',
        AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${(ssm.address() as AddressInfo).port}`,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    });
  } finally {
    ssm.closeAllConnections();
    ssm.close();
  }
  return asked;
}
