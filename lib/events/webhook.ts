/** Room of events: the receiver at EVENTS_WEBHOOK_URL. Signed as Standard Webhooks: https://www.standardwebhooks.com */
import { Webhook } from 'standardwebhooks';
import type { EventsSettings } from '../config/events.ts';
import type { Receiver } from './deliver.ts';
import { inFormat } from './formats.ts';
import { post } from './post.ts';

/** Throws where a secret is none; `now` in ms, of each attempt. */
export function webhookReceiver(
  { url, secrets, format }: NonNullable<EventsSettings['webhook']>,
  { fetch, now }: { fetch: typeof globalThis.fetch; now(): number },
): Receiver {
  const signers = secrets.map((secret) => new Webhook(secret));
  return {
    isNoted: true,
    post: ({ id, body: event }) => {
      const body = inFormat(format, event);
      const at = new Date(now());
      const signature = signers.map((signer) => signer.sign(id, at, body)).join(' ');
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        ...(signature ? { 'webhook-signature': signature } : {}),
      };
      return post({ url, headers, body, fetch });
    },
  };
}
