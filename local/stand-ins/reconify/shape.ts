/** Reconify stand-in: what its REST page says a record must look like. Fields that it does not know are refused, so that a slip is seen. */
import { z } from 'zod';

const ms = z.int().min(1_000_000_000_000);
const alphanumeric = z.string().regex(/^[A-Za-z0-9]+$/);

const user = z
  .looseObject({
    userId: z.string().min(1).optional(),
    isAuthenticated: z.literal([0, 1]).optional(),
    firstName: z.string().optional(),
    lastName: z.string().optional(),
    email: z.string().optional(),
    phone: z.string().optional(),
    gender: z.string().optional(),
  })
  .refine(({ userId, email }) => userId !== undefined || email !== undefined, 'userId or email is needed');

const shared = {
  timestamps: z.strictObject({ request: ms.optional(), response: ms.optional() }).optional(),
  session: alphanumeric.optional(),
  sessionTimeout: z.number().positive().optional(),
  user: user.optional(),
};
const head = {
  format: z.string(),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  appKey: z.string(),
  apiKey: z.string(),
};

const payload = z.union([
  z.strictObject({
    reconify: z.strictObject({ ...head, type: z.literal('chat') }),
    ...shared,
    request: z.looseObject({ messages: z.array(z.looseObject({ role: z.string() })) }),
    response: z.looseObject({}),
  }),
  z.strictObject({
    reconify: z.strictObject({ ...head, type: z.literal('completion') }),
    ...shared,
    request: z.looseObject({ prompt: z.string() }),
    response: z.looseObject({}),
  }),
]);

interface Verdict {
  status: number;
  message?: string;
  payload?: Record<string, unknown>;
}

/** The record without its keys, or why it is not taken. */
export function checkPayload(body: unknown, keys: { appKey: string; apiKey: string }): Verdict {
  const { data, error } = payload.safeParse(body);
  if (!data) return { status: 400, message: error?.message ?? 'not a record' };
  const { appKey, apiKey, ...reconify } = data.reconify;
  if (appKey !== keys.appKey || apiKey !== keys.apiKey) return { status: 401, message: 'unknown keys' };
  return { status: 200, payload: { ...data, reconify } };
}
