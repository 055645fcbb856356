import { describe, expect, it } from 'vitest';
import { Rejected } from '../../../../lib/errors.ts';
import { botpressDialect } from '../../../../lib/platforms/botpress/dialect.ts';

const dialect = botpressDialect({ webhookSecret: 'a secret with ümlauts', botUserId: 'claude' });

function statusFor(headers: Record<string, string | undefined>): number | undefined {
  try {
    dialect.verify({ headers, body: new Uint8Array() }, 0);
  } catch (error) {
    return error instanceof Rejected ? error.status : undefined;
  }
  return 200;
}

describe('the secret of the webhook', () => {
  it('lets in who brings it, word for word', () => {
    const status = statusFor({ 'x-secret-key': 'a secret with ümlauts' });

    expect(status).toBe(200);
  });

  it.each([
    ['none', {}],
    ['an empty one', { 'x-secret-key': '' }],
    ['another one', { 'x-secret-key': 'another' }],
    ['a part of it', { 'x-secret-key': 'a secret with ümlaut' }],
    ['it and more', { 'x-secret-key': 'a secret with ümlauts ' }],
    ['one of unreasonable length', { 'x-secret-key': 'a'.repeat(100_000) }],
    ['it under another name', { 'x-signature': 'a secret with ümlauts' }],
  ])('keeps out who brings %s', (_, headers) => {
    const status = statusFor(headers);

    expect(status).toBe(401);
  });

  it('must not be empty', () => {
    const open = () => botpressDialect({ webhookSecret: '', botUserId: 'claude' });

    expect(open).toThrow(RangeError);
  });
});
