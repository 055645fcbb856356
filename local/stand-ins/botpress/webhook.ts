/** The Botpress stand-in: its webhook. Awaited by whoever caused it, sent once, and a failure is dropped. */
import type { Faults } from './faults.ts';
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
  const underway = new Set<Promise<void>>();
  const emissions: Emission[] = [];

  async function post(target: string, signal: Signal): Promise<void> {
    const startedAt = performance.now();
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/plain, */*',
      'user-agent': 'axios/1.2.5',
      ...(secret ? { 'x-secret-key': secret } : {}),
    };
    // A slash is always appended, and redirects are followed.
    const request = { method: 'POST', headers, body: JSON.stringify(signal) };
    const response = await fetch(`${target.replace(/\/+$/, '')}/`, request).catch(() => undefined);
    await response?.body?.cancel();
    const status = response ? { status: response.status } : {};
    emissions.push({ type: signal.type, ...status, ms: performance.now() - startedAt });
  }

  async function deliver(signal: Signal): Promise<void> {
    const target = url();
    if (target === undefined || faults.take(['drop-webhook'])) return;
    const repeat = faults.take(['repeat-webhook']);
    const copies = Array.from({ length: repeat?.copies ?? (repeat ? 2 : 1) }, () => () => post(target, signal));
    if (repeat?.atOnce) await Promise.all(copies.map((copy) => copy()));
    else for (const copy of copies) await copy();
  }

  return {
    emissions,
    /** Ends with the receiver's answer, however long that takes. */
    emit(signal: Signal): Promise<void> {
      const work = deliver(signal).finally(() => underway.delete(work));
      underway.add(work);
      return work;
    },
    async settle(): Promise<void> {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}
