/** Offline Claude: the requests that came in, for whoever wants to see what was really sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';

// Enough for a long test, and little enough for a stack that runs for days with pictures in it; the oldest are forgotten.
const maxRecords = 2000;
const maxRecordedBytes = 128 * 1024 * 1024;

/** One request as it arrived; the key is left out. */
export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** The parsed JSON, the text when it was none, undefined without a body. */
  body: unknown;
  /** Size of the body as it was sent. */
  bytes: number;
  requestId: string;
  /** Whether the connection ended before the whole answer was sent. */
  isAborted: boolean;
}

/** Adds a request to `records` and watches how it ends. */
export function record(
  records: RecordedRequest[],
  request: IncomingMessage,
  response: ServerResponse,
  seen: { path: string; text: string; requestId: string },
): void {
  const { authorization: _, 'x-api-key': _key, ...rest } = request.headers;
  const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
  const { path, text, requestId } = seen;
  const method = request.method ?? 'GET';
  const bytes = Buffer.byteLength(text);
  const entry = { method, path, headers, body: bodyOf(text), bytes, requestId, isAborted: false };
  records.push(entry);
  const total = () => records.reduce((sum, one) => sum + one.bytes, 0);
  while (records.length > maxRecords || (records.length > 1 && total() > maxRecordedBytes)) records.shift();
  response.once('close', () => {
    entry.isAborted = !response.writableFinished;
  });
}

function bodyOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
