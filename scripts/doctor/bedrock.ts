/** The doctor: whether Bedrock lets us ask for each model. A request without room for an answer is refused at no cost, but only to those who might ask. */
import { APIError } from '@anthropic-ai/sdk';
import { openBedrock } from '../../lib/claude/bedrock.ts';
import { modelIdOf } from '../../lib/claude/models.ts';
import type { ClaudeSettings } from '../../lib/config.ts';
import { type Finding, ok, wrong } from '../../lib/platforms/kit/finding.ts';

const PATIENCE_MS = 10_000;

export async function checkBedrock(settings: ClaudeSettings, models: readonly string[]): Promise<Finding[]> {
  return Promise.all(models.map((name) => checkModel(settings, modelIdOf(name, settings))));
}

async function checkModel(settings: ClaudeSettings, id: string): Promise<Finding> {
  const client = openBedrock(settings);
  const { host } = new URL(client.baseURL);
  try {
    await client.messages.create(
      { model: id, max_tokens: 0, messages: [{ role: 'user', content: '-' }] },
      { maxRetries: 0, timeout: PATIENCE_MS },
    );
    return ok(`Bedrock lets us ask for ${id}`);
  } catch (error) {
    const { status, message } = error instanceof APIError ? error : { status: undefined, message: '' };
    if (status === undefined)
      return wrong(
        `Bedrock: ${host} was not asked`,
        'see that there are AWS credentials, that AWS_REGION is a region with Bedrock, and that this machine may call it',
      );
    return toFinding({ status, message, id, host });
  }
}

function toFinding({
  status,
  message,
  id,
  host,
}: {
  status: number;
  message: string;
  id: string;
  host: string;
}): Finding {
  if (status === 403 && /not authorized to perform/i.test(message))
    return wrong(
      `Bedrock: these AWS credentials may not ask for ${id}`,
      'allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on its inference profile and its model, as docs/claude.md has it',
    );
  if (status === 403 && /signature|token|credential/i.test(message))
    return wrong('Bedrock does not take the AWS credentials', 'log in anew, or see AWS_PROFILE and AWS_ACCESS_KEY_ID');
  if (status === 403)
    return wrong(
      `Bedrock gives this account no access to ${id}`,
      'ask for the model in the Bedrock console, and fill in Anthropic’s form there, once per account',
    );
  if (status === 404 || /on-demand throughput|model identifier/i.test(message))
    return wrong(
      `Bedrock knows no ${id} at ${host}`,
      'see that the model is offered in this region, and BEDROCK_PROFILE is one of its profiles (global, eu, us …)',
    );
  if (status === 400) return ok(`Bedrock lets us ask for ${id}`);
  return wrong(`Bedrock answered ${status} when asked for ${id}`, 'try again later, or see health.aws.amazon.com');
}
