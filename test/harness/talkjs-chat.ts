import { sendByHttp, signed } from '../../local/stand-ins/talkjs/webhooks.ts';
import { createTalkjs, type TalkjsStandIn } from '../../local/stand-ins/talkjs.ts';
import type { Chat } from './world.ts';

const SECRET = 'sk_test_example_do_not_use';

/** TalkJS as the flow tests see it; `now` is its clock, and without `rateLimit` it takes any number of requests. Its conversations are with that bot, which is the user `claude-<bot>`. */
export function talkjsChat(
  now = Date.now,
  bot?: string,
  rateLimit: 'off' | { burst: number; perSecond: number } = 'off',
): Chat & { talkjs: TalkjsStandIn } {
  const user = bot === undefined ? 'claude' : `claude-${bot}`;
  let door = '';
  const talkjs = createTalkjs({
    appId: 'app',
    secretKey: SECRET,
    botId: 'claude',
    retryMs: 50,
    now,
    rateLimit,
    sendWebhook: (webhook) => sendByHttp(`${door}/talkjs`)(webhook),
  });
  return {
    talkjs,
    name: 'talkjs',
    ...(bot === undefined ? {} : { bot }),
    handle: talkjs.handle,
    settings: (url) => ({ TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: SECRET, TALKJS_API_URL: url }),
    door: async () => (await import('../../functions/talkjs.ts')).handler,
    connect: (url) => {
      door = url;
    },
    say: async (conversationId, text) =>
      talkjs.say({ conversationId, userId: 'alice', text, bot: user }).at(-1)?.id ?? '',
    repeatNextWebhook: (copies, atOnce) => talkjs.fail({ kind: 'repeat-webhook', copies, atOnce }),
    failDelivery: (when, times) =>
      talkjs.fail({ kind: when === 'before' ? 'down' : 'cut-after', method: 'POST', times }),
    remove: async (conversation, messageId) => talkjs.remove(conversation, messageId),
    transcript: async (conversation) =>
      talkjs.transcript(conversation).map(({ sender, text }) => ({ isBot: sender === user, text: text ?? '' })),
    sign: (body) => signed(body, SECRET, now()),
    provesBody: true,
    unknownEvent: JSON.stringify({ id: 'evt', type: 'user.created', createdAt: now(), data: {} }),
    sayAsTeam: async (conversationId, text) => void talkjs.say({ conversationId, userId: 'tess', role: 'agent', text }),
    redirectDelivery: (location) => talkjs.fail({ kind: 'redirect', method: 'POST', location }),
    settle: () => talkjs.settle(),
  };
}
