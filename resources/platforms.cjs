/** Resources: what each platform needs, made from the folders of lib/platforms that have a manifest. */
const path = require('node:path');
const { idOf } = require('./functions.cjs');

/** The names of the platforms, which are those of their functions and of the parameters with their secrets. */
async function platformNames() {
  const { platformNames } = await import('../scripts/build/list-platforms.mjs');
  return platformNames(path.resolve(__dirname, '..'));
}

/** A role for each door: its own log, its own secrets, and the queue of turns to put into. */
async function roles(framework) {
  const names = await platformNames();
  const entries = await Promise.all(names.map(async (name) => [`${idOf(name)}Role`, await roleOf(name, framework)]));
  return { Resources: Object.fromEntries(entries) };
}

/** The statement that lets whoever answers read the secrets of every platform. */
async function readSecrets(framework) {
  return read(await platformNames(), framework);
}

async function roleOf(name, framework) {
  const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource });
  const Statement = [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [`${idOf(name)}LogGroup`, 'Arn'] }),
    allow(['sqs:SendMessage'], { 'Fn::GetAtt': ['TurnsQueue', 'Arn'] }),
    await read([name], framework),
  ];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyName: name, PolicyDocument: { Version: '2012-10-17', Statement } }],
    },
  };
}

async function read(names, { resolveVariable }) {
  const [service, stage] = await Promise.all(['self:service', 'sls:stage'].map((name) => resolveVariable(name)));
  const under = `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${service}/${stage}`;
  return {
    Effect: 'Allow',
    Action: ['ssm:GetParameters'],
    Resource: names.map((name) => ({ 'Fn::Sub': `${under}/${name}` })),
  };
}

module.exports = { platformNames, roles, readSecrets };
