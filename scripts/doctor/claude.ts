/**
 * The doctor: whether Claude takes our key and has our models, as the Models API tells it. It answers also where a spend limit is reached
 * or credit is used up: that shows with a call that costs, in the log line of its turn.
 */
import { z } from 'zod';
import type { ClaudeSettings } from '../../lib/config.ts';
import { type Finding, off, ok, wrong } from '../../lib/platforms/kit/finding.ts';

const PATIENCE_MS = 10_000;
export const API_VERSION = '2026-10-21';
export const ANTHROPIC_URL = 'https://api.anthropic.com';

const level = z.looseObject({ supported: z.boolean() }).nullish();
const modelShape = z.looseObject({
  id: z.string(),
  max_tokens: z.number().nullish(),
  lifecycle: z.string().nullish(),
  retires_at: z.string().nullish(),
  capabilities: z.looseObject({ effort: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});
type Model = z.infer<typeof modelShape>;

export async function checkClaude(settings: ClaudeSettings, models: readonly string[]): Promise<Finding[]> {
  return (await Promise.all(models.map((name) => checkModel(settings, name)))).flat();
}

async function checkModel(settings: ClaudeSettings, name: string): Promise<Finding[]> {
  const base = (settings.baseUrl ?? ANTHROPIC_URL).replace(/\/+$/, '');
  const headers = { authorization: `Bearer ${settings.apiKey}`, 'anthropic-version': API_VERSION };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const url = `${base}/v1/models/${encodeURIComponent(name)}`;
  const response = await fetch(url, { headers, signal, redirect: 'error' }).catch(() => undefined);
  if (!response)
    return [
      wrong(
        `Claude: ${base} does not answer`,
        'see whether this machine may call it; ANTHROPIC_BASE_URL names another place',
      ),
    ];
  const body = modelShape.safeParse(await response.json().catch(() => undefined));
  if (response.ok && body.success) {
    return [ok(`Claude takes the key and knows ${name}`), ...warningsFor(body.data, settings, name)];
  }
  if (response.status === 401 || response.status === 403)
    return [
      wrong('Claude does not take the key', 'set ANTHROPIC_API_KEY to a key of platform.claude.com that is in use'),
    ];
  if (response.status === 404)
    return [
      wrong(
        `Claude knows no model ${name}`,
        `CLAUDE_MODEL, CLAUDE_FALLBACK_MODEL and each bot.md name models of GET ${base}/v1/models`,
      ),
    ];
  return [
    wrong(`Claude answered ${response.status} when asked for ${name}`, 'try again later, or see status.claude.com'),
  ];
}

/** What of the settings the model does not have, and how long it will be there. */
function warningsFor(
  { max_tokens, lifecycle, retires_at, capabilities }: Model,
  settings: ClaudeSettings,
  name: string,
): Finding[] {
  const { effort, maxTokens } = settings;
  const has = effort && level.safeParse(capabilities?.effort?.[effort]).data?.supported;
  return [
    ...(retires_at || (lifecycle && lifecycle !== 'active')
      ? [
          off(
            `${name} is ${lifecycle ?? 'deprecated'} and ends ${retires_at?.slice(0, 10) ?? 'soon'}`,
            'name a newer one: from that day every call fails',
          ),
        ]
      : []),
    ...(max_tokens && maxTokens > max_tokens
      ? [off(`${name} writes ${max_tokens} tokens at most: CLAUDE_MAX_TOKENS=${maxTokens} is lowered to it there`)]
      : []),
    ...(effort && has === false ? [off(`${name} has no effort "${effort}": the next lower one is used there`)] : []),
  ];
}
