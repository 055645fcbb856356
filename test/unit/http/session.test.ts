import { expect, it } from 'vitest';
import { openKeyAccess } from '../../../lib/http/access.ts';
import { callerOf, placeIn, toSession } from '../../../lib/http/session.ts';

it.each(['demo', 'a', '0', 'A.b_c~d-e', 'x'.repeat(128), '3f2b1c9e-0000-4000-8000-1234567890ab'])(
  'takes %s for a session',
  (id) => {
    const session = { sessionId: id, part: '' };
    expect([placeIn(`/chat/${id}`), placeIn(`/dev/chat/${id}/`)]).toEqual([session, session]);
    expect(placeIn(`/chat/${id}/some/part`)).toEqual({ sessionId: id, part: 'some/part' });
  },
);

it.each(['', '.', '..', '-_', 'a b', 'a%20b', 'a:b', 'a#b', 'ä', 'x'.repeat(129), 'a\n'])(
  'does not take %j for a session',
  (id) => {
    expect(placeIn(`/chat/${id}`)).toBeUndefined();
  },
);

it('tells callers apart whatever their sessions are called', () => {
  const session = toSession('caller', 'a-session');

  expect(session).toEqual({ platform: 'http', conversation: 'caller:a-session' });
  expect(callerOf(session)).toBe('caller');
});

it('knows a caller by the key, not by how it is sent', () => {
  const access = openKeyAccess([{ key: 'one' }, { key: 'two' }]);

  const caller = access('Bearer one');

  expect(caller).toEqual({ caller: expect.stringMatching(/^[0-9a-f]{16}$/), bot: 'default', context: [] });
  expect([access('bearer  one '), access('BEARER one')]).toEqual([caller, caller]);
  expect(access('Bearer two')).not.toEqual(caller);
  expect([null, '', 'one', 'Bearer', 'Bearer three', 'Bearer one two'].map(access)).toEqual(Array(6).fill(undefined));
});

it('asks for no key where there are none', () => {
  const access = openKeyAccess(undefined);

  expect(access(null)).toEqual(access('Bearer whatever'));
});

it('says by the name in front of a key which bot is asked', () => {
  const bots = [
    { name: 'default', http: [], context: [] },
    { name: 'sales', http: ['shop', 'fair'], context: [] },
  ];
  const access = openKeyAccess(
    [{ key: 'plain' }, { key: 'of-shop', name: 'shop' }, { key: 'other', name: 'web' }],
    bots,
  );

  const asked = ['plain', 'of-shop', 'other', 'shop=of-shop', 'shop'].map((key) => access(`Bearer ${key}`)?.bot);

  expect(asked).toEqual(['default', 'sales', 'default', undefined, undefined]);
});
