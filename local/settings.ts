/** The embedded stack: which names of .env and the shell are settings, and are handed to every function. */

export type Settings = Record<string, string>;

/** Where a stage keeps its secrets when deployed is missing on purpose: here they are plain settings. */
const names = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'CLAUDE_MODEL',
  'CLAUDE_FALLBACK_MODEL',
  'CLAUDE_MAX_TOKENS',
  'CLAUDE_EFFORT',
  'SYSTEM_PROMPT',
  'HISTORY_STRATEGY',
  'HISTORY_TOKEN_BUDGET',
  'HISTORY_MAX_MESSAGES',
  'MAX_INPUT_CHARS',
  'USER_MESSAGES_PER_MINUTE',
  'USER_USD_PER_DAY',
  'TOTAL_USD_PER_DAY',
  'CHAT_API_USD_PER_DAY',
  'ATTACHMENT_HOSTS',
  'ALLOWED_ORIGINS',
  'HANDOFF_ON_HUMAN_REPLY',
  'HUMAN_ROLES',
  'WEBHOOK_TOLERANCE_SECONDS',
  'BURST_WINDOW_SECONDS',
  'TALKJS_APP_ID',
  'TALKJS_SECRET_KEY',
  'TALKJS_WEBHOOK_SECRETS',
  'TALKJS_BOT_ID',
  'TALKJS_API_URL',
  'TALKJS_TYPING',
  'BOTPRESS_WEBHOOK_SECRET',
  'BOTPRESS_API_URL',
  'BOTPRESS_ENCRYPTION_KEY',
  'BOTPRESS_USER_KEY',
  'BOTPRESS_BOT_USER_ID',
  'CHAT_API_WEBHOOK_ID',
  'CHAT_API_SECRET',
  'CHAT_API_ENCRYPTION_KEY',
  'CHAT_API_WEBHOOK_URL',
  'CHAT_API_WEBHOOK_SECRET',
  'CHAT_API_BOT',
  'CHAT_API_USERS_PER_MINUTE',
  'CHAT_ACCESS_KEYS',
  'RECONIFY_APP_KEY',
  'RECONIFY_API_KEY',
  'RECONIFY_ENDPOINT',
  'RECONIFY_INTAKE_KEYS',
  'RECONIFY_VERSION',
  'RECONIFY_SESSION_TIMEOUT',
  'RECONIFY_SEND_USER_DETAILS',
];

/** The settings that `env` holds; a name left empty, as in a copied .env.example, counts as not set. */
export function settingsIn(env: Readonly<Record<string, string | undefined>>): Settings {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value?.trim() ? [[name, value]] : [];
    }),
  );
}
