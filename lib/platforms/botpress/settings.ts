/** Room of Botpress: its settings. Pure. */
import { key, requiredKey } from '../../config/keys.ts';
import { baseUrl } from '../../config/urls.ts';
import { type Env, text } from '../../config/values.ts';
import { platformSettingsOf, type SettingsOf } from '../kit/manifest.ts';

export const settings = platformSettingsOf({
  switches: ['BOTPRESS_WEBHOOK_SECRET', 'BOTPRESS_API_URL', 'BOTPRESS_ENCRYPTION_KEY', 'BOTPRESS_USER_KEY'],
  secrets: ['BOTPRESS_WEBHOOK_SECRET', 'BOTPRESS_ENCRYPTION_KEY', 'BOTPRESS_USER_KEY'],
  // Botpress' own public files.
  fileHosts: ['files.bpcontent.cloud'],
  read: (env, problems) => ({
    webhookSecret: requiredKey(env, 'BOTPRESS_WEBHOOK_SECRET', problems),
    /** With the webhook id. */
    apiUrl: botpressUrl(env, problems),
    ...botpressUser(env, problems),
  }),
});

export type BotpressSettings = SettingsOf<{ settings: typeof settings }>;

/** Without the webhook id no conversation of any bot would be found behind it. */
function botpressUrl(env: Env, problems: string[]): string {
  const name = 'BOTPRESS_API_URL';
  const found = baseUrl(env, name, problems);
  if (found === undefined) {
    problems.push(`${name} is missing`);
    return '';
  }
  if (URL.canParse(found) && new URL(found).pathname === '/') problems.push(`${name} must end with the webhook id`);
  return found;
}

/** Our chat user and what proves that we are it: the key that signs users' keys, or one ready user key. */
function botpressUser(env: Env, problems: string[]) {
  const encryptionKey = key(env, 'BOTPRESS_ENCRYPTION_KEY', problems);
  const userKey = key(env, 'BOTPRESS_USER_KEY', problems);
  const named = text(env, 'BOTPRESS_BOT_USER_ID', problems);
  if (encryptionKey !== undefined && userKey !== undefined)
    problems.push('set BOTPRESS_ENCRYPTION_KEY or BOTPRESS_USER_KEY, not both');
  if (userKey === undefined) {
    const signing = encryptionKey ?? requiredKey(env, 'BOTPRESS_ENCRYPTION_KEY (or BOTPRESS_USER_KEY)', problems);
    const botUserId = named ?? 'claude';
    // Botpress takes slashes, too, but then finds nothing under such an id.
    if (!/^[\w-]{1,70}$/.test(botUserId)) problems.push('BOTPRESS_BOT_USER_ID must be 1 to 70 letters, digits, _ or -');
    return { botUserId, credential: { encryptionKey: signing } };
  }
  const owner = idInKey(userKey);
  if (owner === undefined) problems.push('BOTPRESS_USER_KEY must be a user key, a JWT with an id');
  // Somebody else's id would let our own answers pass for a user's, and be answered for ever.
  else if (named !== undefined && named !== owner)
    problems.push('BOTPRESS_BOT_USER_ID must be the id in BOTPRESS_USER_KEY, or be left out');
  return { botUserId: owner ?? '', credential: { userKey } };
}

function idInKey(jwt: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    const isNamed = typeof claims === 'object' && claims !== null && 'id' in claims;
    return isNamed && typeof claims.id === 'string' && claims.id !== '' ? claims.id : undefined;
  } catch {
    return undefined;
  }
}
