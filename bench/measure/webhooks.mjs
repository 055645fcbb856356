/** A TalkJS webhook of 1.4 KB, signed. */
import { createHmac, randomUUID } from 'node:crypto';

export function talkjsWebhook(secret, { conversation = 'conv_bench', messageId = `msg_${randomUUID()}`, text } = {}) {
  const at = Date.now();
  const said = text ?? 'I ordered a pair of blue shoes on Monday and have heard nothing since then. '.repeat(3).trim();
  const participant = { access: 'ReadWrite', notify: true };
  const body = JSON.stringify({
    id: `evt_${messageId}`,
    type: 'message.sent',
    createdAt: at,
    data: {
      sender: {
        id: 'alice',
        name: 'Alice',
        email: ['alice@example.com'],
        phone: null,
        photoUrl: 'https://example.com/alice.jpg',
        role: 'default',
        welcomeMessage: null,
        availabilityText: null,
        locale: 'en-GB',
        custom: { plan: 'free' },
        createdAt: at - 9e7,
      },
      conversation: {
        id: conversation,
        subject: 'Questions about the order',
        topicId: null,
        photoUrl: null,
        welcomeMessages: null,
        custom: { order: '4711' },
        participants: { alice: participant, claude: participant },
        createdAt: at - 9e6,
      },
      message: {
        id: messageId,
        conversationId: conversation,
        type: 'UserMessage',
        senderId: 'alice',
        text: said,
        attachment: null,
        location: null,
        origin: 'web',
        custom: {},
        readBy: [],
        referencedMessageId: null,
        createdAt: at,
        editedAt: null,
        content: [{ type: 'text', children: [said] }],
      },
      mentionedUserIds: [],
    },
  });
  const timestamp = String(at);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex').toUpperCase();
  return {
    body,
    headers: { 'content-type': 'application/json', 'x-talkjs-signature': signature, 'x-talkjs-timestamp': timestamp },
  };
}
