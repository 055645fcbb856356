/** The doctor: whether the services take our keys, and know our model and our bot. Asks only for what changes nothing and costs nothing. */
import { z } from 'zod';
import type { ClaudeSettings } from '../../lib/config.ts';
import { type Finding, ok, wrong } from '../../lib/platforms/kit/finding.ts';

const PATIENCE_MS = 10_000;
const API_VERSION = '2023-06-01';
const ANTHROPIC_URL = 'https://api.anthropic.com';

const modelShape = z.looseObject({ id: z.string() });

export async function checkClaude({ apiKey, baseUrl, model, fallbackModel }: ClaudeSettings): Promise<Finding[]> {
  const models = [...new Set([model, ...(fallbackModel ? [fallbackModel] : [])])];
  const base = (baseUrl ?? ANTHROPIC_URL).replace(/\/+$/, '');
  return Promise.all(models.map((name) => checkModel({ apiKey, base, name })));
}

async function checkModel({ apiKey, base, name }: { apiKey: string; base: string; name: string }): Promise<Finding> {
  const headers = { 'x-api-key': apiKey, 'anthropic-version': API_VERSION };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const url = `${base}/v1/models/${encodeURIComponent(name)}`;
  const response = await fetch(url, { headers, signal, redirect: 'error' }).catch(() => undefined);
  if (!response)
    return wrong(
      `Claude: ${base} does not answer`,
      'see whether this machine may call it; ANTHROPIC_BASE_URL names another place',
    );
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && modelShape.safeParse(body).success) return ok(`Claude takes the key and knows ${name}`);
  if (response.status === 401 || response.status === 403)
    return wrong(
      'Claude does not take the key',
      'set ANTHROPIC_API_KEY to a key of console.anthropic.com that is in use',
    );
  if (response.status === 404)
    return wrong(
      `Claude knows no model ${name}`,
      `CLAUDE_MODEL and CLAUDE_FALLBACK_MODEL name models of GET ${base}/v1/models`,
    );
  return wrong(
    `Claude answered ${response.status} when asked for ${name}`,
    'try again later, or see status.anthropic.com',
  );
}
