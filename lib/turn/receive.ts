/** Stops 2-4. Verifies a webhook, turns it into one of our nouns and enqueues it; the answer is sent after that, not before. */
import { sizes } from '../bounds.ts';
import { causeOf, Rejected } from '../errors.ts';
import { errorName, type Fields, type Log, labelsOf } from '../log.ts';
import type { Dialect, Inbound, WebhookRequest } from '../types.ts';
import { bound, isSound } from './bound.ts';

export interface ReceiveDeps {
  dialect: Dialect;
  put(inbound: Inbound): Promise<void>;
  now(): number;
  log: Log;
}

export interface WebhookAnswer {
  status: number;
  body: { ok: true } | { error: string };
}

/** 200 only when the queue has the message or there is nothing to do; 503 makes the platform send it again. */
export async function receive(deps: ReceiveDeps, request: WebhookRequest): Promise<WebhookAnswer> {
  const { dialect, put, now, log } = deps;
  let labels: Fields = {};
  try {
    if (request.body.byteLength > sizes.bodyBytes) throw new Rejected(413, 'body over 256 KB');
    dialect.verify(request, now());
    const inbound = dialect.parse(request);
    if ('ignored' in inbound) {
      const { about, ignored } = inbound;
      log('webhook-ignored', { ...(about && isSound(about.messageId) && labelsOf(about)), reason: ignored });
      return { status: 200, body: { ok: true } };
    }
    labels = labelsOf(inbound);
    await put(bound(inbound));
    log('message-kept', { ...labels, kind: inbound.event });
    return { status: 200, body: { ok: true } };
  } catch (error) {
    if (error instanceof Rejected) {
      log('webhook-rejected', {
        status: error.status,
        reason: typeof error.cause === 'string' ? error.cause : error.message,
      });
      return { status: error.status, body: { error: error.message } };
    }
    log('message-not-kept', { ...labels, error: errorName(error), cause: causeOf(error) });
    return { status: 503, body: { error: 'not accepted, send it again' } };
  }
}
