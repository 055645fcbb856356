/** Room of TalkJS: what the tools of an operator need of it. */
import { createHmac } from 'node:crypto';
import { DEFAULT_BOT } from '../../bots/identity.ts';
import { type Finding, ok, wrong } from '../kit/finding.ts';
import type { Bots, Operator, Trial } from '../kit/manifest.ts';
import { talkjsApi } from './api.ts';
import { type OurUser, ourUsers } from './our-users.ts';
import type { TalkjsSettings } from './settings.ts';

const PATIENCE_MS = 10_000;

export const operator: Operator<TalkjsSettings> = {
  title: 'TalkJS',
  path: '/talkjs',
  unheard:
    'What a group says without mentioning the bot leaves only `webhook-ignored` or `message-not-for-us` in the log: docs/talkjs.md, Groups.',
  check,
  trial,
};

/** Whether TalkJS takes the key, and knows the bots. */
async function check(settings: TalkjsSettings, bots: Bots): Promise<Finding[]> {
  const { appId, apiUrl, botId } = settings;
  const api = talkjsApi(settings, { fetch, now: Date.now });
  const look = async ({ name, userId }: OurUser): Promise<Finding> => {
    const answer = await api({ method: 'GET', path: ['users', userId], signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) return ok(`the bot ${userId} is a user there`);
    if (answer.status !== 404 || !answer.isJson)
      return wrong(
        `TalkJS answered ${answer.status} when asked for the bot`,
        'see that TALKJS_API_URL and TALKJS_APP_ID are right',
      );
    const setting = name === DEFAULT_BOT ? 'TALKJS_BOT_ID' : `\`talkjs\` in its bot.md (${name})`;
    return wrong(
      `TalkJS knows no user ${userId}`,
      `make one with this id, or set ${setting}, and have it take part in each conversation`,
    );
  };
  try {
    const found = await Promise.all(ourUsers(bots, botId).map(look));
    return [ok(`TalkJS takes the key of the app ${appId}`), ...found];
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

function trial({ webhookSecrets, botId }: TalkjsSettings, now: number): Trial {
  const body = JSON.stringify({
    id: 'evt_doctor',
    type: 'message.sent',
    createdAt: now,
    data: {
      sender: { id: botId, name: 'Doctor' },
      conversation: { id: 'doctor', participants: { [botId]: { access: 'ReadWrite' } } },
      message: {
        id: 'msg_doctor',
        conversationId: 'doctor',
        type: 'UserMessage',
        senderId: botId,
        text: 'A test webhook. Grüße 👋',
        createdAt: now,
      },
    },
  });
  const signed = (secret: string) => ({
    'x-talkjs-timestamp': `${now}`,
    'x-talkjs-signature': createHmac('sha256', secret).update(`${now}.${body}`).digest('hex').toUpperCase(),
  });
  return { body, good: webhookSecrets.map(signed), forged: signed('the secret of somebody else') };
}
