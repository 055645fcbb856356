/** The Chat API server: user keys. A JWT names the user; shared keys are ours, manual ones are signed with the operator's encryption key. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { ApiError } from './api-error.ts';

/** HS256 alone: with any other algorithm in the list, a key could be forged or need none. */
const ALGORITHM = 'HS256';

export interface Keys {
  /** With manual authentication users are created only by who holds the encryption key. */
  isManual: boolean;
  /** Without `expiresAt` (ms) it never ends. */
  sign(userId: string, now: number, expiresAt?: number): Promise<string>;
  /** The user a key names; throws `Unauthorized`. `exp` and `nbf` count where a key has them. `now` in ms. */
  verify(key: string | undefined, now: number): Promise<string>;
  /** Throws `Unauthorized` unless it is the secret that keys are signed with. */
  checkAdmin(given: string | undefined): void;
}

export interface KeysOf {
  secret: string;
  encryptionKey?: string | undefined;
  /** The webhook id of another bot than the default one: a key of one says nothing to the others. */
  realm?: string | undefined;
}

/** The secret is taken as it stands; in a realm it is HMAC-SHA256(secret, webhook id), in hexadecimal. */
export function ownSecret({ secret, encryptionKey, realm }: KeysOf): string {
  const whole = encryptionKey ?? secret;
  return realm === undefined ? whole : createHmac('sha256', whole).update(realm).digest('hex');
}

/** Keys signed with the secret of the realm, as UTF-8. */
export function openKeys(of: KeysOf): Keys {
  const { encryptionKey } = of;
  const own = ownSecret(of);
  const bytes = new TextEncoder().encode(own);
  return {
    isManual: encryptionKey !== undefined,
    sign: (userId, now, expiresAt) => {
      const key = new SignJWT({ id: userId })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuedAt(Math.floor(now / 1000));
      return (expiresAt === undefined ? key : key.setExpirationTime(new Date(expiresAt))).sign(bytes);
    },
    checkAdmin: (given) => {
      // Of their hashes: what is compared must be of one length.
      const hash = (text: string) => createHmac('sha256', bytes).update(text).digest();
      if (given === undefined) throw new ApiError('Unauthorized', 'The header x-admin-secret is missing');
      if (!timingSafeEqual(hash(given), hash(own))) throw new ApiError('Unauthorized', 'Invalid admin secret');
    },
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
