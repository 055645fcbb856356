/** Room of Botpress: what the tools of an operator need of it. */
import { type Finding, ok, wrong } from '../kit/finding.ts';
import type { Operator, Trial } from '../kit/manifest.ts';
import { botpressApi } from './api.ts';
import { signUserKey } from './keys.ts';
import type { BotpressSettings } from './settings.ts';

const PATIENCE_MS = 10_000;

/** The path is what is pasted: Botpress appends a slash to it. */
export const operator: Operator<BotpressSettings> = { title: 'Botpress', path: '/botpress/events', check, trial };

/** Whether Botpress takes the key. */
async function check({ apiUrl, botUserId, credential }: BotpressSettings): Promise<Finding[]> {
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

function trial({ webhookSecret, botUserId }: BotpressSettings, now: number): Trial {
  const data = {
    id: 'msg_doctor',
    conversationId: 'conv_doctor',
    userId: botUserId,
    createdAt: new Date(now).toISOString(),
    isBot: false,
    payload: { type: 'text', text: 'A test webhook. Grüße 👋' },
  };
  const body = JSON.stringify({ type: 'message_created', data });
  return {
    body,
    good: [{ 'x-secret-key': webhookSecret }],
    forged: { 'x-secret-key': 'the secret of somebody else' },
  };
}
