/** `npm run contract`: one request as it stands, without the patience and the translation of the product, and what came in words. */
import { unreached } from '../../lib/errors.ts';
import { NotTried } from './assumption.ts';

/** For the largest picture on a slow line, too. */
const PATIENCE_MS = 60_000;

/** A signal comes within a second, or not at all. */
const HEARING_MS = 10_000;

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Throws `NotTried` when nobody answers, or with 5xx or 429: that says nothing of what was asked. */
export async function ask(
  method: string,
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    throw new NotTried(unreached(url, error));
  });
  const text = await response.text();
  const { status } = response;
  if (status === 429 || status >= 500) throw new NotTried(`the service answered ${status}`);
  return { status, headers: response.headers, body: parsed(text) };
}

/**
 * The first of the server-sent events behind `url` that `isWanted`, of those that come when `act` is done while we listen; `undefined` where
 * none comes. Throws `NotTried` when nobody answers.
 */
export async function hear(
  url: string,
  headers: Record<string, string>,
  act: () => Promise<unknown>,
  isWanted: (event: unknown) => boolean,
): Promise<unknown> {
  const signal = AbortSignal.timeout(HEARING_MS);
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal }).catch(
    (error: unknown) => {
      throw new NotTried(unreached(url, error));
    },
  );
  if (!response.ok) return { status: response.status };
  const acted = act();
  let text = '';
  try {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      const events = text
        .split('\n')
        .flatMap((line) => (line.startsWith('data:') ? [parsed(line.slice(5).trim())] : []));
      const found = events.find(isWanted);
      if (found !== undefined) return found;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await acted;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Nothing where `isAsThought`, else the answer in words: its status and its shape, of its values only the names of errors. */
export function unless(isAsThought: boolean, { status, body }: Answer): string | undefined {
  return isAsThought ? undefined : `${status} ${inWords(body)}`;
}

const TOLD = new Set(['errorCode', 'type', 'code', 'stop_reason', 'status']);
const MAX_DEPTH = 4;

/** What kind of thing stands where: what a user or a key is called is nobody's affair. */
export function inWords(value: unknown): string {
  return shapeOf(value, '', 0);
}

function shapeOf(value: unknown, name: string, depth: number): string {
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[${value.length} × ${shapeOf(value[0], '', depth + 1)}]`;
  if (typeof value !== 'object' || value === null) return TOLD.has(name) ? String(value) : kindOf(value);
  if (depth >= MAX_DEPTH) return '{…}';
  const fields = Object.entries(value).map(([key, item]) => `${key}: ${shapeOf(item, key, depth + 1)}`);
  return `{${fields.join(', ')}}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'number' ? `a number of ${String(Math.trunc(value)).length} digits` : `a ${typeof value}`;
}

/** A field of an object, or of an object in it; `undefined` where it is not there. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((found, key) => {
    const isObject = typeof found === 'object' && found !== null;
    return isObject && key in found ? (found as Record<string | number, unknown>)[key] : undefined;
  }, value);
}

/** The objects of a list. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** What an earlier step found; throws `NotTried` where that step did not get so far. */
export function known<T>(value: T | undefined): T {
  if (value === undefined) throw new NotTried('what it builds on did not work');
  return value;
}

/** Whether a number is a time in ms: of now, not of 1970. */
export function isMs(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value - Date.now()) < 24 * 3600 * 1000;
}
