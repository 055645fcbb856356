/** The Botpress stand-in: the keys of users, JWTs that name the user in `id`. HS256 only; `exp` counts where it is present. */
import { jwtVerify, SignJWT } from 'jose';
import { ApiError, BareError } from './api-error.ts';

export function signKey(userId: string, secret: string): Promise<string> {
  return new SignJWT({ id: userId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .sign(new TextEncoder().encode(secret));
}

/** The id in the key, which need not belong to a user that exists. */
export async function userIdIn(key: string | undefined, secret: string, now: number): Promise<string> {
  if (key === undefined) throw new BareError(400, "must have required property 'x-user-key'");
  try {
    const options = { algorithms: ['HS256'], currentDate: new Date(now) };
    const { payload } = await jwtVerify(key, new TextEncoder().encode(secret), options);
    if (typeof payload.id === 'string' && payload.id !== '') return payload.id;
  } catch {
    // Whatever is wrong with a key, the answer is the same.
  }
  throw new ApiError('Unauthorized', 'Invalid user key');
}
