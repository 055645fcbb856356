/** `npm run contract`: what the code takes for granted of Botpress' Chat API (https://botpress.com/docs/api-reference/chat-api). */
import { randomUUID } from 'node:crypto';
import { signUserKey } from '../../lib/platforms/botpress/keys.ts';
import type { BotpressSettings } from '../../lib/platforms/botpress/settings.ts';
import { messageCreated } from '../../lib/platforms/botpress/signals.ts';
import { ask, at, hear, inWords, known, listAt, unless } from './ask.ts';
import type { Service } from './assumption.ts';

export function botpressService({ apiUrl, botUserId, credential }: BotpressSettings): Service {
  const id = `contract-${randomUUID()}`;
  let conversation: string | undefined;
  let message: string | undefined;

  const ownKey = async () =>
    'userKey' in credential ? credential.userKey : await signUserKey(botUserId, credential.encryptionKey, Date.now());
  const call = async (method: string, path: string, body?: unknown, userKey?: string) =>
    ask(method, `${apiUrl}/${path}`, { headers: { 'x-user-key': userKey ?? (await ownKey()) }, body });

  return {
    title: 'Botpress',
    leaves: `a conversation of the user ${botUserId} that is removed again; its bot there may hear one message`,
    assumptions: [
      {
        claim: 'hello is answered with 2xx and no error',
        means: 'BOTPRESS_API_URL is no Chat API, or its integration is off',
        look: async () => {
          const answer = await call('GET', 'hello');
          return unless(answer.status < 300 && at(answer.body, 'code') === undefined, answer);
        },
      },
      {
        claim: 'a wrong key is an error 401 `Unauthorized`',
        means: 'an answer would be given up although somebody could mend the key',
        look: async () => {
          const answer = await call('GET', 'users/me', undefined, 'no key at all');
          const { body } = answer;
          return unless(at(body, 'code') === 401 && at(body, 'type') === 'Unauthorized', answer);
        },
      },
      {
        claim: 'our user is made, or found, under the id in its key',
        means: 'no answer can be sent',
        look: async () => {
          const answer = await call('POST', 'users/get-or-create', { name: 'Claude' });
          return unless(at(answer.body, 'user', 'id') === botUserId, answer);
        },
      },
      {
        claim: 'a conversation is made under an id of ours',
        means: 'only this check: the product makes none',
        look: async () => {
          const answer = await call('POST', 'conversations/get-or-create', { id });
          const found = at(answer.body, 'conversation', 'id');
          if (typeof found === 'string') conversation = found;
          return unless(conversation !== undefined, answer);
        },
      },
      {
        claim: 'a message keeps its `metadata`, and says when and by whom it is',
        means: 'an answer may come twice after a crash: it is found again by its metadata',
        look: async () => {
          const conversationId = known(conversation);
          const payload = { type: 'text', text: 'A contract test' };
          const answer = await call('POST', 'messages', { conversationId, payload, metadata: { replyId: id } });
          const made = at(answer.body, 'message');
          if (typeof at(made, 'id') === 'string') message = String(at(made, 'id'));
          const isTimed = !Number.isNaN(Date.parse(String(at(made, 'createdAt'))));
          const isOurs = at(made, 'userId') === botUserId && at(made, 'metadata', 'replyId') === id;
          return unless(message !== undefined && isTimed && isOurs, answer);
        },
      },
      {
        claim: 'a list of messages has the newest first, with metadata, and `meta`',
        means: 'an answer may come twice after a crash: only the newest page is looked at',
        look: async () => {
          const conversationId = known(conversation);
          await call('POST', 'messages', { conversationId, payload: { type: 'text', text: 'Another' } });
          const answer = await call('GET', `conversations/${conversationId}/messages`);
          const [, older] = listAt(answer.body, 'messages');
          const isInOrder = at(older, 'id') === known(message) && at(older, 'metadata', 'replyId') === id;
          return unless(isInOrder && typeof at(answer.body, 'meta') === 'object', answer);
        },
      },
      {
        claim: 'choices are taken as a message',
        means: 'a question with buttons is not delivered',
        look: async () => {
          const options = [{ label: 'Yes', value: 'Yes' }];
          const payload = { type: 'choice', text: 'Well?', options };
          const answer = await call('POST', 'messages', { conversationId: known(conversation), payload });
          return unless(typeof at(answer.body, 'message', 'id') === 'string', answer);
        },
      },
      {
        claim: 'a message is told as the signal `message_created`, with all that its webhook has',
        means: 'what users say is refused when it comes by webhook, and our own Chat API speaks otherwise than theirs',
        look: async () => {
          const conversationId = known(conversation);
          const payload = { type: 'text', text: 'Heard' };
          const event = await hear(
            `${apiUrl}/conversations/${conversationId}/listen`,
            { 'x-user-key': await ownKey() },
            () => call('POST', 'messages', { conversationId, payload }),
            (one) => at(one, 'type') === 'message_created',
          );
          if (event === undefined) return 'nothing within ten seconds';
          return messageCreated.safeParse(at(event, 'data')).success ? undefined : inWords(event);
        },
      },
      {
        claim: 'our user is among the participants',
        means: 'the bot does not find its place in a conversation',
        look: async () => {
          const answer = await call('GET', `conversations/${known(conversation)}/participants`);
          return unless(
            listAt(answer.body, 'participants').some((one) => at(one, 'id') === botUserId),
            answer,
          );
        },
      },
      {
        claim: 'a stranger’s conversation is an error 403 `Forbidden`',
        means: 'an answer that can never be sent is tried until the queue gives up',
        look: async () => {
          const answer = await call('GET', `conversations/${randomUUID()}/messages`);
          return unless(at(answer.body, 'code') === 403 && at(answer.body, 'type') === 'Forbidden', answer);
        },
      },
      {
        claim: 'a conversation can be removed',
        means: 'this one stays',
        look: async () => {
          const answer = await call('DELETE', `conversations/${known(conversation)}`);
          return unless(answer.status < 300 && at(answer.body, 'code') === undefined, answer);
        },
      },
    ],
    close: async () => {
      if (conversation !== undefined) await call('DELETE', `conversations/${conversation}`);
    },
  };
}
