/** `npm run contract`: what the code takes for granted of TalkJS' REST API (https://talkjs.com/docs/Reference/REST_API). */
import { randomUUID } from 'node:crypto';
import { signAppToken } from '../../lib/platforms/talkjs/api.ts';
import { readReactions } from '../../lib/platforms/talkjs/reactions.ts';
import type { TalkjsSettings } from '../../lib/platforms/talkjs/settings.ts';
import { ask, at, inWords, isMs, known, listAt, unless } from './ask.ts';
import type { Service } from './assumption.ts';

const [USER, BOT] = ['contract-user', 'contract-bot'];

/** As much as one message of ours may have. */
const LONG = 8_000;

export function talkjsService({ appId, secretKey, apiUrl }: TalkjsSettings): Service {
  const room = `contract-${randomUUID()}`;
  let first: string | undefined;
  let second: string | undefined;

  const call = async (method: string, path: string, body?: unknown, key = secretKey) => {
    const authorization = `Bearer ${await signAppToken({ appId, secretKey: key }, Date.now())}`;
    return ask(method, `${apiUrl}/v1/${appId}/${path}`, { headers: { authorization }, body });
  };
  const messages = `conversations/${room}/messages`;
  const send = (text: string, more: object = {}) =>
    call('POST', messages, [{ type: 'UserMessage', sender: BOT, text, ...more }]);

  return {
    title: 'TalkJS',
    leaves: `a conversation that is removed again; the users ${USER} and ${BOT} stay, since TalkJS removes none`,
    assumptions: [
      {
        claim: 'a short-lived token of the app is taken',
        means: 'nothing works: no answer would be sent',
        look: async () => {
          const made = await Promise.all(
            [USER, BOT].map((id) => call('PUT', `users/${id}`, { name: 'Contract test' })),
          );
          return made.map((answer) => unless(answer.status === 200, answer)).find(Boolean);
        },
      },
      {
        claim: 'a wrong key is 401',
        means: 'an answer would be given up although somebody could mend the key',
        look: async () => {
          const answer = await call('GET', `users/${BOT}`, undefined, 'a key that nobody has given out');
          return unless(answer.status === 401, answer);
        },
      },
      {
        claim: 'what is not there is 404 with an `errorCode` and `reasons`',
        means: 'an operator reads 404 without a reason',
        look: async () => {
          const answer = await call('GET', `conversations/${room}-not`);
          const isError = typeof at(answer.body, 'errorCode') === 'string' && Array.isArray(at(answer.body, 'reasons'));
          return unless(answer.status === 404 && isError, answer);
        },
      },
      {
        claim: 'a conversation names its participants, and keeps `custom`',
        means: 'the bot does not know whether it takes part, nor what it is told of the conversation',
        look: async () => {
          await call('PUT', `conversations/${room}`, { participants: [USER, BOT], custom: { plan: 'pro' } });
          const answer = await call('GET', `conversations/${room}`);
          const { body } = answer;
          const isKept = at(body, 'custom', 'plan') === 'pro';
          return unless(at(body, 'participants', BOT) !== undefined && isKept, answer);
        },
      },
      {
        claim: 'a sent message is answered with a list of ids',
        means: 'a part of a long answer may come twice after an outage',
        look: async () => {
          const answer = await send('One', { idempotencyKey: `${room}-1`, custom: { a: 'b' } });
          const id = at(answer.body, 0, 'id');
          if (typeof id === 'string') first = id;
          return unless(answer.status === 200 && first !== undefined, answer);
        },
      },
      {
        claim: 'the same `idempotencyKey` makes no second message',
        means: 'an answer may come twice after a crash: the promise of exactly one does not hold',
        look: async () => {
          known(first);
          const answer = await send('One', { idempotencyKey: `${room}-1` });
          const listed = await call('GET', `${messages}?limit=10`);
          const count = listAt(listed.body, 'data').length;
          return count === 1 ? undefined : `${count} messages; the repeat was answered ${unless(false, answer)}`;
        },
      },
      {
        claim: 'the repeat is answered with the id of the first',
        means: 'the ids in `npm run bot -- show` may be those of nothing; the answer itself is not in danger',
        look: async () => {
          const id = known(first);
          const answer = await send('One', { idempotencyKey: `${room}-1` });
          return unless(at(answer.body, 0, 'id') === id, answer);
        },
      },
      {
        claim: 'a list of messages has the newest first, and goes on behind `startingAfter`',
        means: 'messages that nobody answered are not found by the reconciler',
        look: async () => {
          const answer = await send('Two');
          const id = at(answer.body, 0, 'id');
          if (typeof id !== 'string') return unless(false, answer);
          second = id;
          const newest = await call('GET', `${messages}?limit=1`);
          const next = await call('GET', `${messages}?limit=1&startingAfter=${encodeURIComponent(id)}`);
          const isNewest = at(newest.body, 'data', 0, 'id') === id;
          return unless(isNewest, newest) ?? unless(at(next.body, 'data', 0, 'id') === first, next);
        },
      },
      {
        claim: 'a message has `type`, `senderId`, `custom` and `createdAt` in ms',
        means: 'messages are put into the wrong order, or taken for somebody else’s',
        look: async () => {
          const answer = await call('GET', `${messages}/${known(first)}`);
          const { body } = answer;
          const isWhole = at(body, 'type') === 'UserMessage' && at(body, 'senderId') === BOT;
          return unless(isWhole && at(body, 'custom', 'a') === 'b' && isMs(at(body, 'createdAt')), answer);
        },
      },
      {
        claim: 'an edit changes the text and leaves `custom`; `custom` is merged',
        means: '`TALKJS_TYPING` leaves its placeholder, or an answer without a mark of what it is',
        look: async () => {
          const path = `${messages}/${known(first)}`;
          await call('PUT', path, { text: 'One, edited' });
          await call('PUT', path, { custom: { c: 'd' } });
          const answer = await call('GET', path);
          const { body } = answer;
          const said = at(body, 'text') ?? at(body, 'content', 0, 'children', 0);
          const isMerged = at(body, 'custom', 'a') === 'b' && at(body, 'custom', 'c') === 'd';
          return unless(said === 'One, edited' && isMerged, answer);
        },
      },
      {
        claim: 'a reaction is taken, and listed with its message in a form that we read',
        means: 'reactions of users do not count as ratings',
        look: async () => {
          const id = known(first);
          const reacted = await call('PUT', `${messages}/${id}/reactions/${encodeURIComponent('👍')}/${USER}`);
          if (reacted.status !== 200) return unless(false, reacted);
          const listed = await call('GET', `${messages}?limit=100`);
          const found = listAt(listed.body, 'data').find((one) => at(one, 'id') === id);
          const reaction = readReactions(at(found, 'reactions'), (by) => by === USER);
          const isRead = typeof reaction === 'object' && reaction.value === 'positive';
          return isRead ? undefined : `${listed.status} reactions: ${inWords(at(found, 'reactions'))}`;
        },
      },
      {
        claim: 'who is taken out and put in again takes part, and `custom` is merged then, too',
        means: 'HANDOFF_TALKJS_USER does not come to who waits, or takes what the app keeps of the conversation away',
        look: async () => {
          const part = `conversations/${room}/participants/${USER}`;
          await call('DELETE', part);
          const without = await call('GET', `conversations/${room}`);
          if (at(without.body, 'participants', USER) !== undefined) return unless(false, without);
          await call('PUT', part, { access: 'ReadWrite', notify: true });
          await call('PUT', `conversations/${room}`, { custom: { handoff: 'waiting' } });
          const { body, ...answer } = await call('GET', `conversations/${room}`);
          const isIn = [USER, BOT].every((id) => at(body, 'participants', id) !== undefined);
          const isMerged = at(body, 'custom', 'plan') === 'pro' && at(body, 'custom', 'handoff') === 'waiting';
          return unless(isIn && isMerged, { ...answer, body });
        },
      },
      {
        claim: `a message may have ${LONG} characters`,
        means: 'long answers are refused and sent again in smaller parts, or not at all',
        look: async () => {
          const answer = await send('x'.repeat(LONG));
          return unless(answer.status === 200, answer);
        },
      },
      {
        claim: 'a sender who takes no part is refused with 4xx',
        means: 'the bot writes into conversations that it was taken out of',
        look: async () => {
          const answer = await call('POST', messages, [{ type: 'UserMessage', sender: `${BOT}-not`, text: 'No' }]);
          return unless(answer.status >= 400, answer);
        },
      },
      {
        claim: 'a page has up to 100 messages and up to 30 conversations',
        means: 'the reconciler and the history are refused',
        look: async () => {
          const list = await call('GET', `${messages}?limit=100`);
          const rooms = await call('GET', 'conversations?limit=30');
          return unless(list.status === 200, list) ?? unless(rooms.status === 200, rooms);
        },
      },
      {
        claim: 'conversations are listed by their last activity, filtered by the time of their last message',
        means: 'messages that nobody answered are not found by the reconciler',
        look: async () => {
          const filter = encodeURIComponent(JSON.stringify({ lastMessageTs: ['>', Date.now() - 600_000] }));
          const order = 'orderBy=lastActivity&orderDirection=DESC';
          const answer = await call('GET', `conversations?limit=30&${order}&filter=${filter}`);
          return unless(
            listAt(answer.body, 'data').some((found) => at(found, 'id') === room),
            answer,
          );
        },
      },
      {
        claim: 'a message and a conversation can be removed',
        means: '`npm run bot -- forget` cannot be completed by hand; this conversation stays',
        look: async () => {
          const message = await call('DELETE', `${messages}/${known(second)}`);
          const removed = await call('DELETE', `conversations/${room}`);
          return unless(message.status === 200, message) ?? unless(removed.status === 200, removed);
        },
      },
    ],
    close: async () => void (await call('DELETE', `conversations/${room}`)),
  };
}
