/** A client of the Chat API that says exactly what it is told to, and shows exactly what comes back. */
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What may be in an answer; a test knows what is in its own. */
interface Body {
  [name: string]: unknown;
  user: { id: string };
  key: string;
  conversation: { id: string };
  conversations: { id: string }[];
  participants: { id: string }[];
  message: { id: string; createdAt: string; userId: string };
  messages: { id: string; createdAt: string; userId: string; payload: { text: string } }[];
  event: { id: string };
  meta: { nextToken?: string };
  paths: Record<string, Record<string, { operationId: string }>>;
  code: number;
  type: string;
}

export interface Answer {
  status: number;
  body: Body;
  headers: Headers;
}

export interface CallOptions {
  key?: string;
  /** Sent as JSON; a string or bytes are sent as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

export function caller(apiUrl: string): Call {
  return async (method, path, { key, body, headers = {} } = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { ...(key === undefined ? {} : { 'x-user-key': key }), ...headers },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text.startsWith('{') ? JSON.parse(text) : { text },
      headers: response.headers,
    };
  };
}

/** A key as anybody could forge one. */
export function forgeKey(payload: object, secret: string, header: object = { alg: 'HS256', typ: 'JWT' }): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode(header)}.${encode(payload)}`;
  const hash = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[String((header as { alg?: string }).alg)];
  return `${signed}.${hash ? createHmac(hash, secret).update(signed).digest('base64url') : ''}`;
}

interface SignalData {
  [name: string]: unknown;
  id: string;
  userId: string;
  isBot: boolean;
  payload: { text: string };
}

export interface Event {
  id: string | undefined;
  /** Of a signal. */
  type: string | undefined;
  data: SignalData;
  at: number;
}

export interface OpenStream {
  status: number;
  headers: Headers;
  headAt: number;
  events: Event[];
  text(): string;
  isClosed(): boolean;
  /** Resolves with the first event that fits, of those that came and those to come. */
  wait(type: string, fits?: (event: Event) => boolean): Promise<Event>;
  closed: Promise<void>;
  leave(): void;
}

/** Without a key it is a window's, which comes for the first time. */
export async function openStream(
  url: string,
  key: string | undefined,
  headers: Record<string, string> = {},
): Promise<OpenStream> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    headers: { ...(key === undefined ? {} : { 'x-user-key': key }), ...headers },
    signal: leaving.signal,
  });
  const events: Event[] = [];
  let text = '';
  let hasEnded = false;
  async function read() {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const piece = decoder.decode(chunk, { stream: true });
      text += piece;
      rest += piece;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      events.push(...blocks.flatMap(toEvent));
    }
  }
  const closed = read()
    .catch(() => {})
    .finally(() => {
      hasEnded = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    headAt: Date.now(),
    events,
    text: () => text,
    isClosed: () => hasEnded,
    closed,
    leave: () => leaving.abort(),
    wait: async (type, fits = () => true) => {
      for (;;) {
        const found = events.find((event) => event.type === type && fits(event));
        if (found) return found;
        if (hasEnded) throw new Error(`the stream ended without ${type}`);
        await sleep(5);
      }
    },
  };
}

function toEvent(block: string): Event[] {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
  );
  if (fields.data === undefined) return [];
  if (fields.data === 'ping')
    return [
      {
        id: undefined,
        type: 'ping',
        data: { id: '', userId: '', isBot: false, payload: { text: '' } },
        at: Date.now(),
      },
    ];
  const { type, data } = JSON.parse(fields.data);
  return [{ id: fields.id, type, data, at: Date.now() }];
}
