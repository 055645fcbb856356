/** Stop 2. Proves that TalkJS sent a webhook: HMAC-SHA256 over the timestamp, a dot and the raw body. */
import type { KeyObject } from 'node:crypto';
import { Rejected } from '../../errors.ts';
import type { WebhookRequest } from '../../types.ts';
import { isSigned } from '../kit/signature.ts';

/** Below this a timestamp counts seconds, above it milliseconds: the unit is not documented, both are in use. */
const firstMillisecondTimestamp = 1e12;

// Digits only, so that no dot of the body can move into the timestamp; both lengths are bounded.
const timestampShape = /^\d{9,16}$/;
const signatureShape = /^[0-9A-F]{64}$/i;

/**
 * Returns when one of `keys` signed exactly these bytes, not longer ago and not further ahead than the tolerance;
 * throws `Rejected` 401 otherwise, without telling the sender what was wrong. `now` in ms.
 */
export function verifyTalkjs(
  request: WebhookRequest,
  keys: readonly KeyObject[],
  options: { toleranceSeconds: number; now: number },
): void {
  const timestamp = request.headers['x-talkjs-timestamp'] ?? '';
  const signature = request.headers['x-talkjs-signature'] ?? '';
  if (!timestampShape.test(timestamp) || !signatureShape.test(signature)) throw unsigned('not signed');

  if (!isSigned(Buffer.from(signature, 'hex'), keys, `${timestamp}.`, request.body))
    throw unsigned('signed with another secret');

  const sentAt = Number(timestamp) < firstMillisecondTimestamp ? Number(timestamp) * 1000 : Number(timestamp);
  const ageSeconds = Math.round((options.now - sentAt) / 1000);
  if (Math.abs(ageSeconds) > options.toleranceSeconds)
    throw unsigned(`rightly signed, ${Math.abs(ageSeconds)} s ${ageSeconds > 0 ? 'ago' : 'ahead of our clock'}`);
}

/** `why` is for our log. */
function unsigned(why: string): Rejected {
  return new Rejected(401, 'unauthorized', { cause: why });
}
