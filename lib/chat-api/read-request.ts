/** The Chat API server: a request's body by the schema of its operation, or what is wrong with it. */
import type * as z from 'zod/mini';
import { sizes } from '../bounds.ts';
import { readJsonBody } from '../platforms/kit/json-body.ts';
import { ApiError } from './api-error.ts';

/** JSON whatever the content type says; `undefined` for no body. Throws `PayloadTooLarge` and `InvalidPayload`. */
export function readJson(body: Uint8Array | undefined): unknown {
  if (body === undefined || body.byteLength === 0) return undefined;
  if (body.byteLength > sizes.chatApiBodyBytes) throw new ApiError('PayloadTooLarge', 'The body is over 128 KB');
  try {
    return readJsonBody(body);
  } catch {
    throw new ApiError('InvalidPayload', 'Invalid JSON body');
  }
}

/** Throws `InvalidPayload` that names the first property that is wrong. */
export function readBody<T extends z.ZodMiniType>(schema: T, value: unknown): z.output<T> {
  if (value === undefined) throw new ApiError('InvalidPayload', 'A JSON body is required');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ApiError('InvalidPayload', describe(parsed.error.issues));
}

function describe([issue]: readonly z.core.$ZodIssue[]): string {
  if (!issue) return 'Invalid body';
  const where = ['body', ...issue.path.map(String)].join('.').slice(0, 200);
  switch (issue.code) {
    case 'invalid_type':
      return `${where} must be ${issue.expected}`;
    case 'too_small':
      return `${where} must NOT have fewer than ${issue.minimum} characters`;
    case 'too_big':
      return `${where} must NOT have more than ${issue.maximum} characters`;
    case 'invalid_union':
    case 'invalid_value':
      return `${where} is none of the allowed values`;
    default:
      return `${where} is invalid`;
  }
}
