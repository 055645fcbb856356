import { APIError } from '@anthropic-ai/sdk';
import { expect, it } from 'vitest';
import { classify } from '../../../lib/claude/failure.ts';

/** As the SDK of Bedrock hands on an exception of AWS' that comes in the middle of a stream: without a status. */
function inStream(type: string) {
  return new APIError(undefined, { type: 'error', error: { type, message: 'x' } }, undefined, undefined, type as never);
}

it.each([
  ['throttlingException', 'limited'],
  ['validationException', 'bad request'],
  ['modelStreamErrorException', 'passing'],
])('%s of Bedrock, in the middle of a stream, is %s', (type, kind) => {
  expect(classify(inStream(type))).toMatchObject({ kind, reason: type });
});
