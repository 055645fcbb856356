import { describe, expect, it } from 'vitest';
import {
  checkChosenId,
  fromTurnConversation,
  newConversationRef,
  thingId,
  toTurnConversation,
  ulid,
  whereIs,
} from '../../../lib/chat-api/ids.ts';
import { fromToken, toToken } from '../../../lib/chat-api/paging.ts';
import { readPath } from '../../../lib/chat-api/path.ts';
import fc from '../../harness/property.ts';

const chosenId = fc
  .array(fc.stringMatching(/^[\w-]{1,8}$/), { minLength: 1, maxLength: 6 })
  .map((segments) => segments.join('/'))
  .filter((id) => {
    try {
      checkChosenId(id);
      return true;
    } catch {
      return false;
    }
  });

describe('a path', () => {
  it.each([
    ['/chat-api/wh/hello/', 'wh', '/hello'],
    ['/dev/chat-api/wh//users//me', 'wh', '/users/me'],
    ['/chat-api/w%20h', 'w h', '/'],
    ['/chat-api/wh/conversations', 'wh', '/conversations'],
    ['/chat-api/wh/conversations/get-or-create', 'wh', '/conversations/get-or-create'],
    ['/chat-api/wh/conversations/a/b/listen', 'wh', '/conversations/a%2Fb/listen'],
    ['/chat-api/wh/conversations/a%2Fb/messages', 'wh', '/conversations/a%2Fb/messages'],
    ['/chat-api/wh/conversations/a/participants/b%2Fc', 'wh', '/conversations/a/participants/b%2Fc'],
    ['/chat-api/wh/conversations/%ff', 'wh', '/conversations/%25ff'],
  ])('%s names %s and %s', (pathname, webhookId, path) => {
    expect(readPath(pathname)).toEqual({ webhookId, path });
  });

  it('is not ours without its mount', () => {
    expect(readPath('/chat/wh/hello')).toBeUndefined();
    expect(readPath('/chat-api/')).toBeUndefined();
  });

  it('leads to the same place with an id encoded or raw', () => {
    const forms = [(id: string) => id, encodeURIComponent];

    fc.assert(
      fc.property(chosenId, chosenId, (id, user) => {
        for (const form of forms) {
          const expected = `/conversations/${encodeURIComponent(id)}`;
          expect(readPath(`/chat-api/wh/conversations/${form(id)}`)?.path).toBe(expected);
          expect(readPath(`/chat-api/wh/conversations/${form(id)}/listen`)?.path).toBe(`${expected}/listen`);
          expect(readPath(`/chat-api/wh/conversations/${form(id)}/participants/${form(user)}`)?.path).toBe(
            `${expected}/participants/${encodeURIComponent(user)}`,
          );
        }
      }),
    );
  });
});

describe('an id', () => {
  it('sorts by its time, and says where its thing lies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: 1, max: 10_000 }), (time, later) => {
        const key = ulid(time);
        const id = thingId('msg', key, time + later);

        expect(key < ulid(time + later)).toBe(true);
        expect(whereIs('msg', id)).toEqual({ key, ulid: id.slice(4, 30) });
        expect(whereIs('evt', id)).toBeUndefined();
      }),
    );
  });

  it('of anything else lies nowhere', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(whereIs('msg', text)).toBeUndefined();
        expect(whereIs('msg', `msg_${text}`)).toBeUndefined();
      }),
    );
  });

  it('of a conversation goes through the turns and back, generated or chosen', () => {
    fc.assert(
      fc.property(fc.option(chosenId, { nil: undefined }), (chosen) => {
        const ref = newConversationRef(chosen, 1_760_000_000_000);

        expect(fromTurnConversation(toTurnConversation(ref))).toEqual(ref);
      }),
    );
  });
});

describe('the token of a page', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(chosenId, (id) => {
        const { nextToken } = toToken(`1760000000000#${id}`, 'conversations');

        expect(fromToken(nextToken, 'conversations')).toBe(`1760000000000#${id}`);
        expect(() => fromToken(nextToken, 'messages')).toThrow('Invalid nextToken');
      }),
    );
  });

  it('never leads behind the end of a list', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 250 }), (made) => {
        const { nextToken } = toToken(made, 'participants');
        let place = '';
        try {
          place = fromToken(nextToken, 'participants') ?? '';
        } catch {
          return;
        }

        expect(Buffer.compare(Buffer.from(place), Buffer.from('~'))).toBe(-1);
        expect(place.length).toBeLessThan(200);
      }),
    );
    expect(() => fromToken(toToken('~', 'participants').nextToken, 'participants')).toThrow('Invalid nextToken');
    expect(() => fromToken(toToken('', 'messages').nextToken, 'messages')).toThrow('Invalid nextToken');
  });
});
