/** The doctor: whether the services take our keys, and know our model and our bot. Asks only for what changes nothing and costs nothing. */
import { z } from 'zod';
import type { ClaudeSettings, Settings } from '../../lib/config.ts';
import { botpressApi } from '../../lib/platforms/botpress/api.ts';
import { signUserKey } from '../../lib/platforms/botpress/keys.ts';
import { talkjsApi } from '../../lib/platforms/talkjs/api.ts';
import type { TalkjsSettings } from '../../lib/platforms/talkjs/settings.ts';
import { type Finding, ok, wrong } from './finding.ts';

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

export async function checkTalkjs(settings: TalkjsSettings): Promise<Finding[]> {
  const { appId, apiUrl, botId } = settings;
  const api = talkjsApi(settings, { fetch, now: Date.now });
  try {
    const answer = await api({ method: 'GET', path: ['users', botId], signal: AbortSignal.timeout(PATIENCE_MS) });
    const reached = ok(`TalkJS takes the key of the app ${appId}`);
    if (answer.ok) return [reached, ok(`the bot ${botId} is a user there`)];
    if (answer.status === 404 && answer.isJson)
      return [
        reached,
        wrong(
          `TalkJS knows no user ${botId}`,
          'make one with this id, or set TALKJS_BOT_ID, and have it take part in each conversation',
        ),
      ];
    return [
      wrong(
        `TalkJS answered ${answer.status} when asked for the bot`,
        'see that TALKJS_API_URL and TALKJS_APP_ID are right',
      ),
    ];
  } catch (error) {
    const what = error instanceof Error ? error.message : 'no answer';
    const isKey = /\b40[123]\b/.test(what);
    return [
      isKey
        ? wrong(
            `TalkJS does not take the key of the app ${appId} (${what})`,
            'set TALKJS_APP_ID and TALKJS_SECRET_KEY from the same app of the dashboard, test or live',
          )
        : wrong(
            `TalkJS cannot be reached at ${apiUrl} (${what})`,
            'see whether this machine may call it; TALKJS_API_URL names another place',
          ),
    ];
  }
}

export async function checkBotpress({
  apiUrl,
  botUserId,
  credential,
}: NonNullable<Settings<'botpress'>['botpress']>): Promise<Finding[]> {
  const api = botpressApi(apiUrl, { fetch, now: Date.now });
  const userKey =
    'userKey' in credential ? credential.userKey : await signUserKey(botUserId, credential.encryptionKey, Date.now());
  try {
    const answer = await api({
      method: 'GET',
      path: ['users', 'me'],
      userKey,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.kind === 'done') return [ok(`Botpress takes the key of the user ${botUserId}`)];
    if (answer.type === 'ResourceNotFound')
      return [ok(`Botpress takes the key; the user ${botUserId} will be made with the first answer`)];
    return [
      wrong(
        `Botpress refuses us: ${answer.type}`,
        'see that the key belongs to the Chat integration in BOTPRESS_API_URL',
      ),
    ];
  } catch (error) {
    const what = error instanceof Error ? error.message : 'no answer';
    return [
      wrong(
        `Botpress does not take the call (${what})`,
        'see that BOTPRESS_API_URL ends with the webhook id, and the key is that of the same Chat integration',
      ),
    ];
  }
}
