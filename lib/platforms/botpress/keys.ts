/** Stop 7. What shows the Chat API who is calling: a JWT that names the user, signed with the integration's encryption key. */
import { SignJWT } from 'jose';

/** Botpress' own keys never expire; one that is made for a single delivery need not outlive it by much. */
const keySeconds = 10 * 60;

/** A key for any user of the bot; the encryption key is used as it stands, as UTF-8. `nowMs` in milliseconds. */
export function signUserKey(userId: string, encryptionKey: string, nowMs: number): Promise<string> {
  const seconds = Math.floor(nowMs / 1000);
  return new SignJWT({ id: userId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + keySeconds)
    .sign(new TextEncoder().encode(encryptionKey));
}
