/** The Chat API server: user keys. A JWT names the user; shared keys are ours, manual ones are signed with the operator's encryption key. */
import { createHmac } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { ApiError } from './api-error.ts';

/** HS256 alone: with any other algorithm in the list, a key could be forged or need none. */
const ALGORITHM = 'HS256';

export interface Keys {
  /** With manual authentication users are created only by who holds the encryption key. */
  isManual: boolean;
  sign(userId: string, now: number): Promise<string>;
  /** The user a key names; throws `Unauthorized`. `exp` and `nbf` count where a key has them. `now` in ms. */
  verify(key: string | undefined, now: number): Promise<string>;
}

export interface KeysOf {
  secret: string;
  encryptionKey?: string | undefined;
  /** The webhook id of another bot than the default one: a key of one says nothing to the others. */
  realm?: string | undefined;
}

/** The secret is taken as it stands, as UTF-8; in a realm it is HMAC-SHA256(secret, webhook id), in hexadecimal. */
export function openKeys({ secret, encryptionKey, realm }: KeysOf): Keys {
  const whole = encryptionKey ?? secret;
  const own = realm === undefined ? whole : createHmac('sha256', whole).update(realm).digest('hex');
  const bytes = new TextEncoder().encode(own);
  return {
    isManual: encryptionKey !== undefined,
    sign: (userId, now) =>
      new SignJWT({ id: userId })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuedAt(Math.floor(now / 1000))
        .sign(bytes),
    verify: async (key, now) => {
      if (key === undefined) throw new ApiError('Unauthorized', 'The header x-user-key is missing');
      const options = { algorithms: [ALGORITHM], currentDate: new Date(now) };
      const verified = await jwtVerify(key, bytes, options).catch((error: unknown) => {
        throw new ApiError('Unauthorized', 'Invalid user key', { cause: error });
      });
      const { id } = verified.payload;
      if (typeof id === 'string' && id !== '') return id;
      throw new ApiError('Unauthorized', 'Invalid user key');
    },
  };
}
