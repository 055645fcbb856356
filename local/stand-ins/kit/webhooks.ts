/** What every platform's stand-in sends: webhooks, each on its own way, repeated or lost on demand. */
import type { Faults } from './faults.ts';

export interface WebhooksOut {
  /** Never rejects; ends with the last attempt. */
  deliver(body: string): Promise<void>;
  /** Ends when no webhook is on its way. */
  settle(): Promise<void>;
}

/** `attempt` sends one body, as often as the platform does when it is not taken; it never rejects. */
export function openWebhooksOut(faults: Faults, attempt: (body: string) => Promise<void>): WebhooksOut {
  const underway = new Set<Promise<void>>();

  async function send(body: string): Promise<void> {
    if (faults.take(['drop-webhook'])) return;
    const repeat = faults.take(['repeat-webhook']);
    const copies = Array.from({ length: repeat?.copies ?? (repeat ? 2 : 1) }, () => body);
    if (repeat?.atOnce) await Promise.all(copies.map(attempt));
    else for (const copy of copies) await attempt(copy);
  }

  return {
    deliver(body) {
      const work = send(body).finally(() => underway.delete(work));
      underway.add(work);
      return work;
    },
    async settle() {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}
