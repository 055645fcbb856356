/** Offline Claude: how it is spoken to. Anthropic's own API, and Bedrock's, which puts the same events into frames of AWS. */
import type { ServerResponse } from 'node:http';
import { sendJson } from '../serve.ts';
import { ApiError, errorBody } from './errors.ts';
import { chunkOf, exceptionOf } from './event-stream.ts';

/** What differs between the two on the way back. */
export interface Wire {
  streamType: string;
  event(event: { type: string }): string | Uint8Array;
  /** In the middle of a stream. */
  failure(error: ApiError, requestId: string): string | Uint8Array;
  /** The beginning of an event that cannot be read. */
  garbage: string | Uint8Array;
  sendError(
    response: ServerResponse,
    error: ApiError,
    requestId: string,
    headers?: Readonly<Record<string, string>>,
  ): void;
}

const sse = (event: { type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

export const anthropic: Wire = {
  streamType: 'text/event-stream; charset=utf-8',
  event: sse,
  failure: (error, requestId) => sse(errorBody(error, requestId)),
  garbage: 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"te\n\n',
  sendError: (response, error, requestId, headers = {}) =>
    sendJson(response, error.status, errorBody(error, requestId), headers),
};

const EXCEPTIONS: Readonly<Record<string, string>> = {
  overloaded_error: 'modelStreamErrorException',
  rate_limit_error: 'throttlingException',
  invalid_request_error: 'validationException',
};

export const bedrock: Wire = {
  streamType: 'application/vnd.amazon.eventstream',
  event: chunkOf,
  failure: ({ type, message }) => exceptionOf(EXCEPTIONS[type] ?? 'internalServerException', message),
  garbage: Buffer.from('no frame of anything'),
  sendError: (response, { status, message }, _requestId, headers = {}) =>
    sendJson(response, status, { message }, headers),
};

/** A request to `/model/{id}/invoke…` as one of the Messages API. Throws `ApiError` for what Bedrock does not take. */
export function fromBedrock(id: string, isStream: boolean, body: unknown): { body: object; version: string } {
  const { anthropic_version: version, ...rest } = body as { anthropic_version?: unknown };
  if (typeof version !== 'string') throw new ApiError(400, 'anthropic_version: Field required');
  const fields = Object.keys(rest).filter((name) => ['model', 'stream', 'cache_control'].includes(name));
  if (fields.length > 0) throw new ApiError(400, `${fields[0]}: Extra inputs are not permitted`);
  const [, model] = /^[a-z-]+\.anthropic\.(.+)$/.exec(id) ?? [];
  if (model === undefined && id.startsWith('anthropic.'))
    throw new ApiError(
      400,
      `Invocation of model ID ${id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    );
  if (model === undefined) throw new ApiError(404, 'The provided model identifier is invalid.');
  return { body: { ...rest, model, ...(isStream ? { stream: true } : {}) }, version };
}
