/** Offline Claude: the controls beside the API, over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError } from 'zod';
import { sendJson } from '../serve.ts';
import { parseJson, readText } from './door.ts';
import { ApiError } from './errors.ts';
import type { Faults } from './faults.ts';
import type { RecordedRequest } from './records.ts';

/** Whether `path` is one of the controls. */
export function isControl(path: string): boolean {
  return path === '/faults' || path === '/requests';
}

/** `POST` and `DELETE /faults`, `GET` and `DELETE /requests`. */
export async function manage(
  deps: { faults: Faults; records: RecordedRequest[] },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { faults, records } = deps;
  const what = `${request.method} ${request.url}`;
  if (what === 'GET /requests') sendJson(response, 200, records);
  else if (what === 'DELETE /requests') sendJson(response, 200, { forgotten: records.splice(0).length });
  else if (what === 'DELETE /faults') sendJson(response, 200, { queued: faults.clear() });
  else if (what === 'POST /faults') await queueFaults(faults, request, response);
  else sendJson(response, 405, { error: 'method not allowed' });
}

async function queueFaults(faults: Faults, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    sendJson(response, 200, { queued: faults.add(parseJson(await readText(request))) });
  } catch (error) {
    if (!(error instanceof ZodError || error instanceof ApiError)) throw error;
    sendJson(response, 400, { error: error.message });
  }
}
