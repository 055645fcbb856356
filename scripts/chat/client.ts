/** The terminal: what it says to /chat, and what comes back. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { chosen, withNumbers } from '../../lib/text/choices.ts';

/** Why there is no answer, in words for whoever sits at the terminal. */
export class NoAnswer extends Error {}

export interface ClientOptions {
  /** Without /chat at its end. */
  url: string;
  key: string | undefined;
}

export interface Hearing {
  onText(delta: string): void;
  /** Behind the text that is from it. */
  onSource(source: Source): void;
  onTool(name: string): void;
  signal: AbortSignal;
}

export type Client = ReturnType<typeof openClient>;

const failure = z.object({ error: z.string(), code: z.string(), retryAfter: z.number().optional() });

const source = z.object({ n: z.number(), title: z.string(), url: z.string().optional(), quote: z.string() });

export type Source = z.infer<typeof source>;

const piece = z.union([
  z.object({ delta: z.string() }),
  z.object({ source }),
  z.object({ tool: z.string() }),
  z.object({ choices: z.array(z.string()) }),
  z.object({ done: z.literal(true) }),
  failure,
]);

const line = z.object({
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  sources: z.array(source).optional(),
  usd: z.number().optional(),
  usage: z.record(z.string(), z.number()).optional(),
});
const page = z.object({ messages: z.array(line), earlier: z.string().optional() });

export type Line = z.infer<typeof line>;

/** The last answer of the session may not have ended, after Ctrl-C: so long (ms) it is waited for. */
const BUSY_LIMIT_MS = 120_000;

export function openClient({ url, key }: ClientOptions) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };

  async function request(session: string, query: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${url}/chat/${encodeURIComponent(session)}${query}`, {
        ...init,
        headers: { ...headers, ...init.headers },
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new NoAnswer(`Nothing answers at ${url}. Is it right, and is \`npm start\` running?`, { cause: error });
    }
  }

  /** Sends the message again while the session is busy; as the same message, so that it is answered once. */
  async function post(session: string, message: string, signal: AbortSignal): Promise<Response> {
    const body = JSON.stringify({ message });
    const once = { 'idempotency-key': randomUUID() };
    const patienceEnds = Date.now() + BUSY_LIMIT_MS;
    for (;;) {
      const response = await request(session, '', { method: 'POST', body, headers: once, signal });
      if (response.status !== 409 || Date.now() > patienceEnds) return response;
      const reason = await reasonOf(response);
      if (reason.code !== 'busy') throw new NoAnswer(reason.error);
      await sleep(reason.retryAfterMs, undefined, { signal });
    }
  }

  /** With the last answer of its session; there are no buttons here, but their numbers. */
  const offered = new Map<string, readonly string[]>();

  return {
    /** Ends with the answer; throws `NoAnswer`, or the signal's reason. */
    async say(session: string, message: string, { onText, onSource, onTool, signal }: Hearing): Promise<void> {
      const response = await post(session, chosen(message, offered.get(session)), signal);
      if (!response.ok) throw new NoAnswer((await reasonOf(response)).error);
      offered.delete(session);
      for await (const found of piecesOf(response, signal)) {
        if ('delta' in found) onText(found.delta);
        if ('choices' in found) {
          offered.set(session, found.choices);
          onText(withNumbers('', found.choices));
        }
        if ('source' in found) onSource(found.source);
        if ('tool' in found) onTool(found.tool);
        if ('error' in found) throw new NoAnswer(found.error);
        if ('done' in found) return;
      }
      throw new NoAnswer('The answer broke off.');
    },

    /** All of the session, oldest first. */
    async history(session: string): Promise<Line[]> {
      const lines: Line[] = [];
      for (let earlier: string | undefined, isFirst = true; isFirst || earlier !== undefined; isFirst = false) {
        const query = earlier === undefined ? '' : `?before=${encodeURIComponent(earlier)}`;
        const response = await request(session, query, {});
        if (!response.ok) throw new NoAnswer((await reasonOf(response)).error);
        const found = page.parse(await response.json());
        lines.unshift(...found.messages);
        earlier = found.earlier;
      }
      return lines;
    },
  };
}

async function* piecesOf(response: Response, signal: AbortSignal): AsyncGenerator<z.infer<typeof piece>> {
  let rest = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const one of lines.filter(Boolean)) yield piece.parse(JSON.parse(one));
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new NoAnswer('The answer broke off.', { cause: error });
  }
}

async function reasonOf(response: Response): Promise<{ error: string; code: string; retryAfterMs: number }> {
  const found = failure.safeParse(await response.json().catch(() => undefined));
  const { error, code, retryAfter = 1 } = found.data ?? { error: `It answered ${response.status}.`, code: '' };
  return { error, code, retryAfterMs: retryAfter * 1000 };
}
