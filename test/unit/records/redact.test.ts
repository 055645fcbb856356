import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactContacts, redacted, redactSecrets, withoutFiles } from '../../../lib/records/redact.ts';

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
});

describe('contacts', () => {
  it.each([
    ['write to ada.lovelace+x@mail.example.co.uk now', 'write to [e-mail removed] now'],
    ['call +49 30 1234567', 'call [phone removed]'],
    ['call (555) 555-5555 or 555.555.5555', 'call [phone removed] or [phone removed]'],
    ['on 2026-11-20 at 14:30, order 1234567', 'on 2026-11-20 at 14:30, order 1234567'],
  ])('are removed: %s', (text, kept) => {
    expect(redactContacts(text)).toBe(kept);
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
    const nasty = ['sk-', 'a@', '-----BEGIN PRIVATE KEY-----', 'token=', '1 ', 'eyJaaaaaaaa.', '?key'].map((piece) =>
      piece.repeat(20_000),
    );

    for (const text of nasty) expect(redactContacts(redactSecrets(text)).length).toBeGreaterThan(0);
  });
});
