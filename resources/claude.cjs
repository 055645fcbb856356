/** Resources: the right to ask Claude, for whoever answers. Anthropic wants a key, which is a secret; Bedrock wants to be allowed, model by model. */
const written = require('./written.cjs');

/** The statement. */
module.exports = async (framework) => {
  const settings = written(framework);
  if (settings.CLAUDE_PROVIDER?.trim() !== 'bedrock') return readKey(framework);
  const { modelIdOf } = await import('../lib/claude/models.ts');
  const profile = settings.BEDROCK_PROFILE?.trim() || 'global';
  const models = await modelsOf(settings);
  const ids = [...new Set(models.map((model) => modelIdOf(model, { provider: 'bedrock', profile })))];
  return {
    Effect: 'Allow',
    Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
    Resource: ids.flatMap(resourcesOf),
  };
};

async function readKey({ resolveVariable }) {
  const [service, stage] = await Promise.all(['self:service', 'sls:stage'].map((name) => resolveVariable(name)));
  const key = `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${service}/${stage}/anthropic`;
  return { Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: [{ 'Fn::Sub': key }] };
}

/** Whoever may be asked: by the settings, by the bots, and for summaries. */
async function modelsOf(settings) {
  const { botsFolder } = await import('../scripts/build/bots/folder.ts');
  const { readBots } = await import('../scripts/build/bots/read-bots.ts');
  const { SUMMARY_MODEL } = await import('../lib/claude/summary.ts');
  const bots = readBots(botsFolder(settings)).flatMap(({ model, fallbackModel }) => [model, fallbackModel]);
  const own = [settings.CLAUDE_MODEL?.trim() || 'claude-haiku-5-5', settings.CLAUDE_FALLBACK_MODEL?.trim()];
  const summaries = settings.HISTORY_STRATEGY?.trim() === 'summary' ? [SUMMARY_MODEL] : [];
  return [...own, ...bots, ...summaries].filter(Boolean);
}

/** A profile, and the model itself in whatever region the profile may lead to; `global` asks for it without a region, too. */
function resourcesOf(id) {
  const [, profile, model] = /^(?:([a-z-]+)\.)?(anthropic\..+)$/.exec(id) ?? [];
  if (model === undefined) return [id];
  const of = (region) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:bedrock:${region}::foundation-model/${model}` });
  if (profile === undefined) return [of(`\${AWS::Region}`)];
  const own = `arn:\${AWS::Partition}:bedrock:\${AWS::Region}:\${AWS::AccountId}:inference-profile/${id}`;
  return [{ 'Fn::Sub': own }, of('*'), ...(profile === 'global' ? [of('')] : [])];
}
