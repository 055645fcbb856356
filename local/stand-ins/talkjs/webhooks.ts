/** The TalkJS stand-in: signed webhooks, each on its own way, sent once more when not answered by exactly 200. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Faults } from '../kit/faults.ts';
import { openWebhooksOut } from '../kit/webhooks.ts';

export interface Webhook {
  headers: Record<string, string>;
  body: string;
}

/** Hands a webhook over and gives the status of the answer; rejects where there is none. */
export type SendWebhook = (webhook: Webhook) => Promise<number>;

export interface WebhookOptions {
  secretKey: string;
  send: SendWebhook;
  /** Pause before the second and last attempt. */
  retryMs: number;
  now: () => number;
  faults: Faults;
}

/** TalkJS waits 5 s for an answer. */
const answerTimeoutMs = 5_000;

/** Posts webhooks to a URL, the way TalkJS does. */
export function sendByHttp(url: string): SendWebhook {
  return async ({ headers, body }) => {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.status;
  };
}

/** The headers with which TalkJS signs a body. */
export function signed(body: string, secretKey: string, now: number): Record<string, string> {
  const signature = createHmac('sha256', secretKey).update(`${now}.${body}`).digest('hex').toUpperCase();
  return { 'x-talkjs-timestamp': `${now}`, 'x-talkjs-signature': signature };
}

/** Starts the delivery of one event; gives a promise that never rejects and ends with its last attempt. */
export function openWebhooks({ secretKey, send, retryMs, now, faults }: WebhookOptions) {
  async function isTaken(body: string): Promise<boolean> {
    const headers = { 'content-type': 'application/json', ...signed(body, secretKey, now()) };
    return send({ headers, body }).then(
      (status) => status === 200,
      () => false,
    );
  }

  async function attempt(body: string): Promise<void> {
    if (await isTaken(body)) return;
    await new Promise<void>((resolve) => setTimeout(resolve, retryMs).unref());
    await isTaken(body);
  }

  const out = openWebhooksOut(faults, attempt);
  return {
    emit(type: string, data: unknown): void {
      void out.deliver(JSON.stringify({ id: `evt_${randomBytes(12).toString('hex')}`, type, createdAt: now(), data }));
    },
    settle: out.settle,
  };
}
