/** Stop 2. Proves that Botpress sent a webhook: the secret of the integration's settings comes along, word for word. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Rejected } from '../../errors.ts';
import type { WebhookRequest } from '../../types.ts';

/** Longer than any secret somebody would paste; keeps a stranger from making us hash much. */
const maxSecretChars = 4_096;

/** Hashed, because only buffers of one length can be compared in constant time. The secret must not be empty. */
export function digestOf(secret: string): Buffer {
  if (secret === '') throw new RangeError('a webhook secret must not be empty');
  return sha256(secret);
}

/** Returns when `x-secret-key` is the secret with this digest; throws `Rejected` 401 otherwise. Botpress signs nothing. */
export function verifyBotpress({ headers }: WebhookRequest, digest: Buffer): void {
  const given = headers['x-secret-key'] ?? '';
  if (given.length > maxSecretChars || !timingSafeEqual(sha256(given), digest)) throw new Rejected(401, 'unauthorized');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
