/** Room of TalkJS: its settings. Pure. */
import { keys, requiredKey } from '../../config/keys.ts';
import { baseUrl } from '../../config/urls.ts';
import { type Env, flag, list, oneOf, required, text, whole } from '../../config/values.ts';
import { platformSettingsOf, type SettingsOf } from '../kit/manifest.ts';

export const settings = platformSettingsOf({
  switches: ['TALKJS_APP_ID', 'TALKJS_SECRET_KEY'],
  secrets: ['TALKJS_SECRET_KEY', 'TALKJS_WEBHOOK_SECRETS'],
  // https://talkjs.com/docs and captured messages.
  fileHosts: ['firebasestorage.googleapis.com/v0/b/klets-3642/', '*.talkjs.com'],
  read: (env, problems) => {
    const secretKey = requiredKey(env, 'TALKJS_SECRET_KEY', problems);
    return {
      appId: required(env, 'TALKJS_APP_ID', problems),
      secretKey,
      /** Any of them may have signed; several during a rotation, because TalkJS switches at once. */
      webhookSecrets: keys(env, 'TALKJS_WEBHOOK_SECRETS', problems) ?? [secretKey],
      botId: text(env, 'TALKJS_BOT_ID', problems) ?? 'claude',
      ...team(env, problems),
      /** Without the `/v1`. */
      apiUrl: baseUrl(env, 'TALKJS_API_URL', problems, '/v1') ?? 'https://api.talkjs.com',
      typing: oneOf(env, 'TALKJS_TYPING', ['off', 'placeholder', 'stream'], 'off', problems) ?? 'off',
      toleranceSeconds: whole(env, 'WEBHOOK_TOLERANCE_SECONDS', 300, problems, { min: 1, max: 3600 }),
    };
  },
});

export type TalkjsSettings = SettingsOf<{ settings: typeof settings }>;

/** Who helps the users, and whether they take over by writing wherever they do so: then it must be said who they are. */
function team(env: Env, problems: string[]) {
  const humanRoles = list(env, 'HUMAN_ROLES', problems) ?? [];
  const handoffUser = text(env, 'HANDOFF_TALKJS_USER', problems);
  const takesOver = flag(env, 'HANDOFF_ON_HUMAN_REPLY', problems);
  if (takesOver && humanRoles.length === 0 && handoffUser === undefined)
    problems.push('HUMAN_ROLES is missing, which HANDOFF_ON_HUMAN_REPLY needs');
  return { humanRoles, handoffUser, takesOver };
}
