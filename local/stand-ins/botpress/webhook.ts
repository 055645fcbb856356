/** The Botpress stand-in: its webhook. Awaited by whoever caused it, sent once, and a failure is dropped. */
import type { Faults } from '../kit/faults.ts';
import { openWebhooksOut } from '../kit/webhooks.ts';
import type { Signal } from './signals.ts';

export interface Emission {
  type: Signal['type'];
  /** Absent where no answer came. */
  status?: number;
  /** How long the cause of it had to wait. */
  ms: number;
}

export interface WebhookOptions {
  /** Where signals go; asked each time. */
  url(): string | undefined;
  secret: string | undefined;
  faults: Faults;
}

export function openWebhook({ url, secret, faults }: WebhookOptions) {
  const emissions: Emission[] = [];

  async function post(body: string): Promise<void> {
    const target = url();
    if (target === undefined) return;
    const startedAt = performance.now();
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/plain, */*',
      'user-agent': 'axios/1.2.5',
      ...(secret ? { 'x-secret-key': secret } : {}),
    };
    // A slash is always appended, and redirects are followed.
    const request = { method: 'POST', headers, body };
    const response = await fetch(`${target.replace(/\/+$/, '')}/`, request).catch(() => undefined);
    await response?.body?.cancel();
    const status = response ? { status: response.status } : {};
    emissions.push({ type: JSON.parse(body).type, ...status, ms: performance.now() - startedAt });
  }

  const out = openWebhooksOut(faults, post);
  return {
    emissions,
    /** Ends with the receiver's answer, however long that takes. */
    emit: (signal: Signal): Promise<void> => out.deliver(JSON.stringify(signal)),
    settle: out.settle,
  };
}
