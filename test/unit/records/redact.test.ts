import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { redactContacts, redacted, redactSecrets, withoutFiles } from '../../../lib/records/redact.ts';
import fc from '../../harness/property.ts';

describe('a secret in a text', () => {
  it.each([
    'sk-ant-api03-AbCdEfGhIjKlMnOpQrSt',
    'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'xoxb-123456789012-abcdefghijkl',
    'AIzaSyA-1234567890abcdefghijklmnopqrstu',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----',
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==',
  ])('is removed: %s', (secret) => {
    const kept = redactSecrets(`before ${secret} after`);

    expect(kept).toBe('before [removed] after');
  });

  it('is removed behind what announces it', () => {
    expect(redactSecrets('Authorization: Bearer abcdefghijklmnop123')).toBe('Authorization: Bearer [removed]');
    expect(redactSecrets('see https://files.example/a.png?token=abc&size=2')).toBe(
      'see https://files.example/a.png?token=[removed]&size=2',
    );
    expect(redactSecrets('API_KEY="abcdefgh" and password: hunter22')).toBe(
      'API_KEY="[removed]" and password: [removed]',
    );
  });

  it('is not seen in ordinary words', () => {
    const text = 'The secret of a good token is its taste; ask Basic questions, risk-free, e.g. 2026-11-20.';

    expect(redactSecrets(text)).toBe(text);
  });

  it.each([
    'The basic responsibilities of a bearer certificate-holder are: basic telecommunications-infrastructure.',
    'Password: required, 8 characters. Token: see-the-documentation!',
    'पासवर्ड password: आवश्यकता है, Token: จำเป็นต้องกรอก',
    'password: パスワードが必要です。 Password:（必填字段） password: требуется…',
    'The token: l’utilisateur. token: مطلوب، password: e-mail/phone',
    'A basic JavaScriptCoreFramework, the bearer AllgemeineGeschaeftsbedingungen',
    'The house is called sk-landesmuseum-zuerich, its neighbour rk_internationale-ausstellungen.',
  ])('leaves prose alone: %s', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('is removed from a file of settings and from JSON', () => {
    expect(redactSecrets('password=swordfish\n{"token": "swordfish"}\nsecret: sw0rdfish')).toBe(
      'password=[removed]\n{"token": "[removed]"}\nsecret: [removed]',
    );
  });
});

describe('contacts', () => {
  it.each([
    ['write to ada.lovelace+x@mail.example.co.uk now', 'write to [e-mail removed] now'],
    ['call +49 30 1234567', 'call [phone removed]'],
    ['call (555) 555-5555 or 555.555.5555', 'call [phone removed] or [phone removed]'],
    ['ruf 030 1234567 oder 0170/1234567 an', 'ruf [phone removed] oder [phone removed] an'],
    ['llama al 612 345 678', 'llama al [phone removed]'],
    ['my phone is 5552345678', 'my phone is [phone removed]'],
    ['card 4111 1111 1111 1111, amex 378282246310005', 'card [card removed], amex [card removed]'],
  ])('are removed: %s', (text, kept) => {
    expect(redactContacts(text)).toBe(kept);
  });
});

describe('a number that is nobody’s', () => {
  it.each([
    'on 2026-11-20 at 14:30, order 1234567',
    'order 4500123456, invoice 2024-000123456, parcel 00340434161094000000',
    'ISBN 978-3-16-148410-0, 0-306-40615-2 and 9783161484100',
    'at 1700000000 s or 1700000000123 ms',
    'am 01.02.2026 12 Uhr, 3.1415926535, 0.123456789, 192.168.100.200',
    'a number of 16 digits, 4111111111111112, without the check digit of a card',
  ])('stays: %s', (text) => {
    expect(redactContacts(text)).toBe(text);
  });
});

describe('a record', () => {
  it('loses pictures, files, signatures and whatever is called a secret, and keeps its shape', () => {
    const kept = redacted(
      {
        max_tokens: 5,
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          { type: 'thinking', thinking: 'hm', signature: 'SIGNED' },
          { type: 'redacted_thinking', data: 'CRYPT' },
          { type: 'tool_use', id: 'toolu_0123456789', input: { api_key: 'k', token: 't', note: 'ada@example.com' } },
        ],
      },
      redactContacts,
    );

    expect(kept).toEqual({
      max_tokens: 5,
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '[removed: 4 characters]' } },
        { type: 'thinking', thinking: 'hm' },
        { type: 'redacted_thinking', data: '[removed: 5 characters]' },
        {
          type: 'tool_use',
          id: 'toolu_0123456789',
          input: { api_key: '[removed]', token: '[removed]', note: '[e-mail removed]' },
        },
      ],
    });
  });

  it('that names no secret comes out as it went in', () => {
    const plain = fc.stringMatching(/^[a-f ]{0,30}$/);
    const record = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(plain, fc.integer(), fc.array(plain)), {
      noNullPrototype: true,
    });

    fc.assert(fc.property(record, (value) => isDeepStrictEqual(redacted(value, redactSecrets), value)));
  });

  it('gives up its files when it is too large, one time or two', () => {
    const file = { type: 'text', media_type: 'text/plain', data: 'x'.repeat(10) };

    const once = withoutFiles({ source: file, url: 'data:text/plain;base64,AAAA', data: 'stays' });

    expect(once.source.data).toBe('[removed: 10 characters]');
    expect(once).toMatchObject({ url: '[removed]', data: 'stays' });
    expect(withoutFiles(once)).toEqual(once);
  });

  it('is looked through in a time that grows with its length alone', () => {
    const nasty = [
      'sk-',
      'a@',
      '-----BEGIN PRIVATE KEY-----',
      'token=',
      '1 ',
      'eyJaaaaaaaa.',
      '-eyJ',
      '?key',
      'basic ',
      '4',
      '0 ',
    ].map((piece) => piece.repeat(20_000));

    for (const text of nasty) expect(redactContacts(redactSecrets(text)).length).toBeGreaterThan(0);
  });
});
