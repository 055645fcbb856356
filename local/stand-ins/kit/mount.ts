/** What every platform's stand-in has beside its API: `/say` to speak and to read, `/faults` to make something go wrong. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { type Handler, readBody, sendJson } from '../serve.ts';
import { type Faults, faultShape } from './faults.ts';

/** As much as any of the platforms takes. */
const maxBodyBytes = 1024 * 1024;

/** A request that is not understood, beside whatever errors a platform has of its own. */
export class BadRequest extends Error {
  readonly status: 400 | 404;
  constructor(message: string, status: 400 | 404 = 400) {
    super(message);
    this.status = status;
  }
}

export interface Mounted {
  /** Everything that is not below. `path` holds the decoded segments. */
  api(call: { request: IncomingMessage; response: ServerResponse; url: URL; path: string[] }): Promise<void>;
  /** `POST /say` speaks as a user. */
  say(value: unknown): object | Promise<object>;
  /** `GET /say/{conversation}` gives what its users see, oldest first. */
  transcript(conversation: string): unknown[];
  faults: Faults;
  /** Answers in the platform's own way; throws what is no refusal. */
  refuse(response: ServerResponse, error: unknown): void;
}

export function mount(standIn: Mounted): Handler {
  const { faults } = standIn;

  async function onSay(request: IncomingMessage, response: ServerResponse, conversation: string | undefined) {
    if (request.method === 'GET' && conversation !== undefined)
      return sendJson(response, 200, { conversation, messages: standIn.transcript(conversation) });
    if (request.method !== 'POST' || conversation !== undefined) throw new BadRequest('no such resource', 404);
    sendJson(response, 200, await standIn.say(await readJson(request)));
  }

  async function onFaults(request: IncomingMessage, response: ServerResponse) {
    if (request.method === 'POST') faults.add(readShape(faultShape, await readJson(request)));
    if (request.method === 'DELETE') faults.clear();
    sendJson(response, 200, { faults: faults.list() });
  }

  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    try {
      const path = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
      if (path[0] === 'say') await onSay(request, response, path[1]);
      else if (path[0] === 'faults') await onFaults(request, response);
      else await standIn.api({ request, response, url, path });
    } catch (error) {
      standIn.refuse(response, error);
    }
  };
}

/** What must happen instead of an answer: true when the request has got one, or never will. `down` is the platform's own error. */
export function obstruct(faults: Faults, response: ServerResponse, call: { method: string; path: string }): boolean {
  const fault = faults.take(['hang', 'redirect'], call);
  if (fault?.kind === 'redirect') response.writeHead(307, { location: fault.location }).end();
  return fault !== undefined;
}

/** Sends `answer`, unless it is to be lost. */
export function answerUnlessLost(
  faults: Faults,
  response: ServerResponse,
  call: { method: string; path: string },
  send: () => void,
): void {
  const fault = faults.take(['hang-after', 'cut-after'], call);
  if (fault?.kind === 'cut-after') response.destroy();
  else if (!fault) send();
}

/** The body of a request, `undefined` for none. Throws `BadRequest`, and `BodyTooLarge`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, maxBodyBytes);
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new BadRequest('Invalid JSON body');
  }
}

/** Throws `BadRequest` that says what is wrong. */
export function readShape<T extends z.core.$ZodType>(shape: T, value: unknown): z.output<T> {
  const parsed = z.safeParse(shape, value);
  if (parsed.success) return parsed.data;
  throw new BadRequest(z.prettifyError(parsed.error));
}
