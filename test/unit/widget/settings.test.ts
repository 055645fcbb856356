/** What the widget's script tag may say. */
import { expect, it } from 'vitest';
import { readSettings, userIn } from '../../../widget/settings.ts';

const SRC = 'https://api.example/prod/chat-api/wh-1/widget-0123456789abcdef.js';

it('the address of the script names the API and the webhook id', () => {
  expect(readSettings(SRC, {})).toEqual({
    apiUrl: 'https://api.example/prod/chat-api',
    clientId: 'wh-1',
    name: 'Chat',
    color: '#2563eb',
    side: 'right',
    greeting: undefined,
    avatar: undefined,
    footer: undefined,
    placeholder: undefined,
    theme: undefined,
    language: undefined,
    userKey: undefined,
  });
});

it('the tag says the rest, and what is wrong in it leaves the default', () => {
  const said = {
    name: ' Ada ',
    color: '#0a0',
    position: 'left',
    theme: 'dark',
    language: 'de',
    userKey: 'k',
    avatar: '/ada.png',
  };
  const wrong = {
    name: ' ',
    color: 'red;} * {display:none',
    position: 'top',
    theme: 'pink',
    avatar: 'javascript:alert(1)',
  };

  expect(readSettings(SRC, said)).toMatchObject({
    name: 'Ada',
    color: '#0a0',
    side: 'left',
    theme: 'dark',
    language: 'de',
    userKey: 'k',
    avatar: '/ada.png',
  });
  expect(readSettings(SRC, wrong)).toEqual(readSettings(SRC, {}));
});

it('a key names its user, and what is no key nobody', () => {
  const key = `x.${Buffer.from(JSON.stringify({ id: 'ada/1' })).toString('base64url')}.y`;

  expect([userIn(key), userIn('garbage'), userIn('a.b.c')]).toEqual(['ada/1', undefined, undefined]);
});
