/** Resources: one line for each request to the two APIs, where the parameter `accessLogs` is on. It holds no path, which may name a session. */

/** $context of each API: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html */
const FIELDS = {
  HttpApi: { route: '$context.routeKey', ms: '$context.responseLatency', error: '$context.integrationErrorMessage' },
  RestApi: {
    route: '$context.httpMethod $context.resourcePath',
    ms: '$context.responseLatency',
    error: '$context.error.message',
  },
};
const SHARED = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  address: '$context.identity.sourceIp',
  status: '$context.status',
};

async function isOn({ resolveVariable }) {
  return (await resolveVariable('param:accessLogs')) === 'on';
}

/** The log groups. */
async function resources(framework) {
  if (!(await isOn(framework))) return {};
  const RetentionInDays = await framework.resolveVariable('param:logRetentionDays');
  const group = { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays } };
  return { Resources: Object.fromEntries(Object.keys(FIELDS).map((api) => [groupOf(api), group])) };
}

/** What a stage has to be told; nothing while they are off. */
function settingsOf(api) {
  return async (framework) =>
    (await isOn(framework))
      ? {
          DestinationArn: { 'Fn::GetAtt': [groupOf(api), 'Arn'] },
          Format: JSON.stringify({ ...SHARED, ...FIELDS[api] }),
        }
      : null;
}

function groupOf(api) {
  return `${api}AccessLogGroup`;
}

module.exports = { resources, httpApi: settingsOf('HttpApi'), restApi: settingsOf('RestApi') };
