/** Stop 2. Proves that Botpress sent a webhook: the secret of the integration's settings comes along, word for word. */
import { Rejected } from '../../errors.ts';
import type { WebhookRequest } from '../../types.ts';
import { isSecret } from '../kit/signature.ts';

/** Returns when `x-secret-key` is the secret with this digest; throws `Rejected` 401 otherwise. Botpress signs nothing. */
export function verifyBotpress({ headers }: WebhookRequest, digest: Uint8Array): void {
  const given = headers['x-secret-key'] ?? '';
  if (!isSecret(given, [digest]))
    throw new Rejected(401, 'unauthorized', { cause: given ? 'another secret' : 'no secret' });
}
