/**
 * The plugin that makes the REST API's stage a resource, ApiGatewayStage, that serverless.yml can extend: the framework lets each
 * deployment make the stage, and CloudFormation gives such a stage no limits.
 */
export default class RestStage {
  constructor(serverless) {
    this.hooks = { 'after:package:compileEvents': () => giveStage(serverless.service.provider) };
  }
}

function giveStage({ compiledCloudFormationTemplate: { Resources }, tracing }) {
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::ApiGateway::Deployment' || !Properties.StageName) continue;
    const { StageName, RestApiId } = Properties;
    delete Properties.StageName;
    Resources.ApiGatewayStage = {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        StageName,
        RestApiId,
        DeploymentId: { Ref: id },
        TracingEnabled: tracing?.lambda === 'Active',
      },
    };
  }
}
