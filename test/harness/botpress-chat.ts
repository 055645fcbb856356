import { type BotpressOptions, createBotpress } from '../../local/stand-ins/botpress.ts';
import type { Chat } from './world.ts';

const ENCRYPTION_KEY = 'encryption-key-of-the-flow-tests';
export const WEBHOOK_SECRET = 'webhook-secret-of-the-flow-tests';

/** Botpress as the flow tests see it, and the stand-in behind it; manual authentication unless `options` says otherwise. */
export function botpressChat(options: Partial<BotpressOptions> = {}) {
  let door = '';
  const botpress = createBotpress({
    webhookId: 'wh',
    encryptionKey: ENCRYPTION_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: () => `${door}/botpress/events`,
    ...options,
  });
  const chat: Chat = {
    name: 'botpress',
    handle: botpress.handle,
    settings: (url) => ({
      BOTPRESS_API_URL: `${url}/wh`,
      BOTPRESS_ENCRYPTION_KEY: ENCRYPTION_KEY,
      BOTPRESS_WEBHOOK_SECRET: WEBHOOK_SECRET,
    }),
    door: async () => (await import('../../functions/botpress.ts')).handler,
    connect: (url) => {
      door = url;
    },
    say: (conversationId, text) => botpress.say({ conversationId, userId: 'alice', text }),
    repeatNextWebhook: (copies, atOnce) => botpress.fail({ kind: 'repeat-webhook', copies, atOnce }),
    failDelivery: (when, times) =>
      botpress.fail({ kind: when === 'before' ? 'down' : 'cut-after', method: 'POST', path: '/messages', times }),
    remove: (_conversation, messageId) => botpress.remove(messageId),
    transcript: async (conversation) =>
      botpress.transcript(conversation).map(({ sender, text }) => ({ isBot: sender === 'claude', text: text ?? '' })),
    sign: () => ({ 'x-secret-key': WEBHOOK_SECRET }),
    provesBody: false,
    unknownEvent: JSON.stringify({ type: 'user_created', data: {} }),
    sayAsTeam: (conversationId, text) => botpress.sayAsBot(conversationId, text),
    redirectDelivery: (location) => botpress.fail({ kind: 'redirect', method: 'POST', path: '/messages', location }),
    settle: () => botpress.settle(),
  };
  return { chat, botpress };
}
