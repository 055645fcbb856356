/**
 * Resources: a web ACL in front of /chat and the Chat API, where the parameter `requestsPerAddress` is more than 0. HTTP APIs, which
 * take the webhooks, know none.
 */
module.exports = async ({ resolveVariable }) => {
  const [limit, stage] = await Promise.all(
    ['param:requestsPerAddress', 'sls:stage'].map((name) => resolveVariable(name)),
  );
  if (!(Number(limit) > 0)) return {};
  return {
    Resources: {
      Firewall: {
        Type: 'AWS::WAFv2::WebACL',
        Properties: {
          Scope: 'REGIONAL',
          DefaultAction: { Allow: {} },
          CustomResponseBodies: {
            TooMany: { ContentType: 'APPLICATION_JSON', Content: JSON.stringify({ error: 'too many requests' }) },
          },
          Rules: [
            {
              Name: 'requests-per-address',
              Priority: 0,
              Statement: {
                RateBasedStatement: { Limit: Number(limit), EvaluationWindowSec: 300, AggregateKeyType: 'IP' },
              },
              Action: { Block: { CustomResponse: { ResponseCode: 429, CustomResponseBodyKey: 'TooMany' } } },
              VisibilityConfig: seen('RequestsPerAddress'),
            },
          ],
          VisibilityConfig: seen('Firewall'),
        },
      },
      FirewallInFront: {
        Type: 'AWS::WAFv2::WebACLAssociation',
        DependsOn: 'ApiGatewayStage',
        Properties: {
          WebACLArn: { 'Fn::GetAtt': ['Firewall', 'Arn'] },
          ResourceArn: {
            'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}::/restapis/\${ApiGatewayRestApi}/stages/${stage}`,
          },
        },
      },
    },
  };
};

/** Counted in CloudWatch, without samples of requests: those hold addresses and session ids. */
function seen(MetricName) {
  return { CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false, MetricName };
}
