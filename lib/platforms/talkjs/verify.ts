/** Stop 2. Proves that TalkJS sent a webhook: HMAC-SHA256 over the timestamp, a dot and the raw body. */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Rejected } from '../../errors.ts';
import type { WebhookRequest } from '../../types.ts';

/** Below this a timestamp counts seconds, above it milliseconds: the unit is not documented, both are in use. */
const firstMillisecondTimestamp = 1e12;

// Digits only, so that no dot of the body can move into the timestamp; both lengths are bounded.
const timestampShape = /^\d{9,16}$/;
const signatureShape = /^[0-9A-F]{64}$/i;

/** Makes the key once: hashing with a ready key costs a quarter of hashing with a string. The secret must not be empty. */
export function webhookKey(secret: string): KeyObject {
  if (secret === '') throw new RangeError('a webhook secret must not be empty');
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

/**
 * Returns when one of `secrets` signed exactly these bytes, not longer ago and not further ahead than the tolerance;
 * throws `Rejected` 401 otherwise, without telling the sender what was wrong. `now` in ms.
 */
export function verifyTalkjs(
  request: WebhookRequest,
  secrets: readonly (KeyObject | string)[],
  options: { toleranceSeconds: number; now: number },
): void {
  const timestamp = request.headers['x-talkjs-timestamp'] ?? '';
  const signature = request.headers['x-talkjs-signature'] ?? '';
  if (!timestampShape.test(timestamp) || !signatureShape.test(signature)) throw unsigned();

  const received = Buffer.from(signature, 'hex');
  const matches = secrets.map((secret) => timingSafeEqual(received, sign(secret, timestamp, request.body)));
  if (!matches.includes(true)) throw unsigned();

  const sentAt = Number(timestamp) < firstMillisecondTimestamp ? Number(timestamp) * 1000 : Number(timestamp);
  if (Math.abs(options.now - sentAt) > options.toleranceSeconds * 1000) throw unsigned();
}

function sign(secret: KeyObject | string, timestamp: string, body: Uint8Array): Buffer {
  const key = typeof secret === 'string' ? webhookKey(secret) : secret;
  return createHmac('sha256', key).update(`${timestamp}.`, 'utf8').update(body).digest();
}

function unsigned(): Rejected {
  return new Rejected(401, 'unauthorized');
}
