/** Resources: what a function needs to send traces to X-Ray; nothing as long as the parameter `tracing` is PassThrough. */
const { functionsOf } = require('./functions.cjs');

module.exports = async (framework) => {
  if ((await framework.resolveVariable('param:tracing')) !== 'Active') return {};
  const functions = await functionsOf(framework);
  return {
    Resources: {
      TracingPolicy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'tracing',
          Roles: functions.map(({ role }) => ({ Ref: role })),
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              // X-Ray knows no resources for these two.
              { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' },
            ],
          },
        },
      },
    },
  };
};
