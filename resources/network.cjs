/**
 * Resources: the private network that `reply` and `chat` join, which run the tools, where the parameters `subnets` and
 * `securityGroups` name one. Nothing without them.
 */

/** As AWS names what it made; comma-separated in a parameter. */
const SHAPES = { subnets: /^subnet-[0-9a-f]{8,17}$/, securityGroups: /^sg-[0-9a-f]{8,17}$/ };

async function idsIn({ resolveVariable }, parameter) {
  const value = await resolveVariable(`param:${parameter}`);
  const ids = String(value)
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  const wrong = ids.find((id) => !SHAPES[parameter].test(id));
  if (wrong) stop(`The parameter ${parameter} has ${JSON.stringify(wrong)}, which is no id of one.`);
  return ids;
}

/** For a function; null where there is no network. */
async function vpc(framework) {
  const [subnetIds, securityGroupIds] = await Promise.all([
    idsIn(framework, 'subnets'),
    idsIn(framework, 'securityGroups'),
  ]);
  if (subnetIds.length === 0 && securityGroupIds.length === 0) return null;
  if (subnetIds.length === 0 || securityGroupIds.length === 0)
    stop('The parameters subnets and securityGroups come together: one is missing.');
  return { subnetIds, securityGroupIds };
}

/** A function is made once its role may join; it is gone before the role may no longer leave. */
async function dependsOn(framework) {
  return (await vpc(framework)) ? 'NetworkPolicy' : null;
}

/** What Lambda itself does with a function's role, and what the code of the function may not. */
async function resources(framework) {
  if (!(await vpc(framework))) return {};
  const [service, stage] = await Promise.all(
    ['self:service', 'sls:stage'].map((name) => framework.resolveVariable(name)),
  );
  const arnOf = (name) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${service}-${stage}-${name}`,
  });
  return {
    Resources: {
      NetworkPolicy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'network',
          Roles: [{ Ref: 'ReplyRole' }, { Ref: 'ChatRole' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              // The interfaces do not exist yet, and describing knows no resources.
              { Effect: 'Allow', Action: ACTIONS, Resource: '*' },
              {
                Effect: 'Deny',
                Action: ACTIONS,
                Resource: '*',
                Condition: { ArnEquals: { 'lambda:SourceFunctionArn': ['reply', 'chat'].map(arnOf) } },
              },
            ],
          },
        },
      },
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** One sentence: the framework would show where in its files it was thrown. */
function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

module.exports = { vpc, dependsOn, resources };
