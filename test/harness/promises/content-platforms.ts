/** The platforms that stand behind a test, and what they report. */
import { createBotpress } from '../../../local/stand-ins/botpress.ts';
import type { Handler } from '../../../local/stand-ins/serve.ts';
import { createTalkjs } from '../../../local/stand-ins/talkjs.ts';

export const SECRET = 'sk_test_example_do_not_use';
export const CLAUDE = 'claude';
const ENCRYPTION_KEY = 'encryption-key-of-the-content-matrix';
export const WEBHOOK_SECRET = 'webhook-secret-of-the-content-matrix';

/** Their stand-ins; a webhook is kept, not sent. */
export function openPlatforms() {
  const told: string[] = [];
  const talkjs = createTalkjs({
    appId: 'app',
    secretKey: SECRET,
    botId: CLAUDE,
    rateLimit: 'off',
    sendWebhook: async ({ body }) => {
      told.push(body);
      return 200;
    },
  });
  let url = '';
  const botpress = createBotpress({
    webhookId: 'wh',
    encryptionKey: ENCRYPTION_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: () => `${url}/told`,
  });
  const hear: Handler = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    told.push(Buffer.concat(chunks).toString());
    response.end('{}');
  };
  return {
    talkjs,
    botpress,
    mounts: { talkjs: talkjs.handle, botpress: botpress.handle, told: hear },
    settings: (standIns: string) => {
      url = standIns;
      return {
        TALKJS_APP_ID: 'app',
        TALKJS_SECRET_KEY: SECRET,
        TALKJS_API_URL: `${url}/talkjs`,
        BOTPRESS_API_URL: `${url}/botpress/wh`,
        BOTPRESS_ENCRYPTION_KEY: ENCRYPTION_KEY,
        BOTPRESS_WEBHOOK_SECRET: WEBHOOK_SECRET,
        CHAT_API_SECRET: SECRET,
        CHAT_ACCESS_KEYS: '',
        ALLOWED_ORIGINS: '',
      };
    },
    /** The last webhook, as it was sent. */
    lastTold: () => JSON.parse(told.at(-1) ?? '{}'),
  };
}

export type Platforms = ReturnType<typeof openPlatforms>;
