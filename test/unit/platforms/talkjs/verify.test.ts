import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Rejected } from '../../../../lib/errors.ts';
import { hmacKey } from '../../../../lib/platforms/kit/signature.ts';
import { talkjsDialect } from '../../../../lib/platforms/talkjs/dialect.ts';
import { verifyTalkjs } from '../../../../lib/platforms/talkjs/verify.ts';
import type { WebhookRequest } from '../../../../lib/types.ts';
import fc from '../../../harness/property.ts';

const secret = 'sk_test_example_do_not_use';
const now = 1755500000000;
const body = Buffer.from(
  '{"id":"evt_1","type":"message.sent","createdAt":1755500000000,"data":{"message":{"text":"Grüße 👋"}}}',
);
const signature = '843E26D5AA2B51A4E0E8486D4C55EB32C98968D415AE32F9D9844D92CD87DDAA';
const options = { toleranceSeconds: 300, now };

function signed(timestamp = `${now}`, key = secret) {
  const value = createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex').toUpperCase();
  return request(timestamp, value);
}

function request(timestamp: string | undefined, value: string | undefined, bytes: Uint8Array = body) {
  return { headers: { 'x-talkjs-timestamp': timestamp, 'x-talkjs-signature': value }, body: bytes };
}

function isAccepted(candidate?: WebhookRequest, secrets: readonly string[] = [secret], settings = options) {
  try {
    verifyTalkjs(candidate ?? signed(), secrets.map(hmacKey), settings);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Rejected);
    expect(error).toMatchObject({ status: 401, message: 'unauthorized' });
    return false;
  }
}

describe('a TalkJS signature', () => {
  it('is accepted when it is the known one of known bytes', () => {
    const known = request('1755500000000', signature);

    const accepted = isAccepted(known);

    expect(body).toHaveLength(105);
    expect(accepted).toBe(true);
  });

  it('is accepted in lower case', () => {
    const lower = request(`${now}`, signature.toLowerCase());

    const accepted = isAccepted(lower);

    expect(accepted).toBe(true);
  });

  it('is accepted from any of several secrets', () => {
    const old = signed(`${now}`, 'sk_test_old');

    const results = [isAccepted(old, ['sk_test_new', 'sk_test_old']), isAccepted(old, ['sk_test_new'])];

    expect(results).toEqual([true, false]);
  });

  it('is refused when nobody has a secret', () => {
    const accepted = isAccepted(signed(), []);

    expect(accepted).toBe(false);
  });

  it('cannot be made with an empty secret', () => {
    const open = () => talkjsDialect({ webhookSecrets: [''], botId: 'claude', toleranceSeconds: 300 });

    expect(open).toThrow('empty');
  });

  it.each([
    ['300 s old', now - 300_000, true],
    ['301 s old', now - 301_000, false],
    ['300 s ahead', now + 300_000, true],
    ['301 s ahead', now + 301_000, false],
    ['in seconds', now / 1000, true],
    ['in seconds and 301 s old', now / 1000 - 301, false],
  ])('with a timestamp %s is accepted or not as the tolerance says', (_, timestamp, expected) => {
    const accepted = isAccepted(signed(`${timestamp}`));

    expect(accepted).toBe(expected);
  });

  it.each([
    ['no signature', request(`${now}`, undefined)],
    ['no timestamp', request(undefined, signature)],
    ['two joined signatures', request(`${now}`, `${signature},${signature}`)],
    ['a signature too short', request(`${now}`, signature.slice(2))],
    ['a signature that is not hex', request(`${now}`, signature.replace(/^../, 'ZZ'))],
    ['a ligature that upper case turns into hex', request(`${now}`, signature.replace(/^../, 'ﬀ'))],
    ['a timestamp that is no number', signed('1755500000000x')],
    ['a timestamp with a dot', signed('1755500000.000')],
    ['an endless timestamp', signed('1'.repeat(5000))],
  ])('is refused with %s', (_, candidate) => {
    const accepted = isAccepted(candidate);

    expect(accepted).toBe(false);
  });

  it('does not survive any change of a byte, the timestamp or the signature', () => {
    const change = fc.record({ at: fc.nat(1_000_000), by: fc.integer({ min: 1, max: 255 }), what: fc.nat(2) });

    fc.assert(
      fc.property(change, ({ at, by, what }) => {
        const bytes = Uint8Array.from(body);
        const index = at % bytes.length;
        bytes[index] = ((bytes[index] ?? 0) + by) % 256;
        const digit = at % 64;
        const other = ((Number.parseInt(signature.charAt(digit), 16) + 1 + (by % 15)) % 16).toString(16);
        const changed = [
          request(`${now}`, signature, bytes),
          request(`${now + by}`, signature),
          request(`${now}`, signature.slice(0, digit) + other + signature.slice(digit + 1)),
        ][what];
        return changed !== undefined && !isAccepted(changed);
      }),
    );
  });

  it('moves no byte between timestamp and body', () => {
    const shifted = request('175550000000', signature, Buffer.concat([Buffer.from('0.'), body]));

    const accepted = isAccepted(shifted);

    expect(accepted).toBe(false);
  });
});
