/** The TalkJS stand-in: who may call the REST API, and how often. */
import { jwtVerify } from 'jose';
import { ApiError } from './api-error.ts';

/** A token of the app, signed with its secret key and not expired, or the bare secret key (the older way). */
export async function authorize(
  header: string | undefined,
  { appId, secretKey }: { appId: string; secretKey: string },
  now: number,
): Promise<void> {
  const [, token = ''] = /^Bearer (\S+)$/.exec(header ?? '') ?? [];
  if (token === secretKey) return;
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secretKey), {
      algorithms: ['HS256'],
      issuer: appId,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    });
    if (payload.tokenType === 'app') return;
  } catch {
    // Whatever is wrong with a token, the answer is the same.
  }
  throw new ApiError(401, 'UNAUTHORIZED', 'a valid app token is needed');
}

export interface RateLimit {
  burst: number;
  perSecond: number;
}

/** A bucket that throws 429 when it is empty; TalkJS names no time to wait. */
export function limitRate({ burst, perSecond }: RateLimit, now: () => number): () => void {
  let left = burst;
  let at = now();
  return () => {
    left = Math.min(burst, left + ((now() - at) / 1000) * perSecond);
    at = now();
    if (left < 1) throw new ApiError(429, 'TOO_MANY_REQUESTS', 'rate limit exceeded');
    left -= 1;
  };
}
