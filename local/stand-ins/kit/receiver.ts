/** What the stand-ins of those who get records share: one fault at a time, set over HTTP or by a test, and a body read as JSON. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { BodyTooLarge, readBody, sendJson } from '../serve.ts';

/** Above what an interaction with files can have. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** A fault holds for `times` requests, without it until it is taken back. */
export function openFault<F extends { times?: number | undefined }>(shape: z.ZodType<F>) {
  let fault: F | undefined;
  return {
    fail(wanted: F): void {
      fault = wanted;
    },
    heal(): void {
      fault = undefined;
    },
    /** The fault of the request at hand. */
    next(): F | undefined {
      const current = fault;
      if (current?.times !== undefined)
        fault = current.times > 1 ? { ...current, times: current.times - 1 } : undefined;
      return current;
    },
    /** `POST /faults`. */
    async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { data, error } = shape.safeParse(await jsonOf(request));
      if (!data) return sendJson(response, 400, { error: error?.message });
      fault = data;
      sendJson(response, 200, {});
    },
  };
}

/** `undefined` for what is no JSON. */
export async function jsonOf(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString());
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof BodyTooLarge) return undefined;
    throw error;
  }
}
