/** The settings that the packages of the tests are made with. Pure. */

const SECRETS = [
  'ANTHROPIC_API_KEY',
  'TALKJS_SECRET_KEY',
  'TALKJS_WEBHOOK_SECRETS',
  'BOTPRESS_WEBHOOK_SECRET',
  'BOTPRESS_ENCRYPTION_KEY',
  'CHAT_API_SECRET',
  'CHAT_API_ENCRYPTION_KEY',
  'CHAT_API_WEBHOOK_SECRET',
  'CHAT_ACCESS_KEYS',
  'OPERATOR_KEYS',
  'RECONIFY_APP_KEY',
  'RECONIFY_API_KEY',
  'RECONIFY_INTAKE_KEYS',
  'EVENTS_WEBHOOK_SECRET',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/** Secrets in the shell, none of which may get into a package, and what the doors they open need besides. */
export const PLANTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SECRETS.map((name) => [name, `planted-${name}-of-32-characters-and-more`])),
  TALKJS_APP_ID: 'app',
  BOTPRESS_API_URL: 'https://chat.botpress.cloud/hook',
  CHAT_API_WEBHOOK_ID: 'hook',
};

export const isSecret = (name: string): boolean =>
  [...SECRETS, 'BOTPRESS_USER_KEY', 'EVENTS_WEBHOOK_URL'].includes(name);

/** A bot whose tools are to know a secret that the file of settings has. */
export const BOT = '---\nsecrets: [CRM_KEY]\n---\nYou help.\n';

/** A file of settings with all that a shell or a framework might expand. */
export const DOTENV = [
  'CLAUDE_PROVIDER=bedrock',
  'BEDROCK_PROFILE=eu',
  'CLAUDE_MODEL=claude-$HOME # the one in use',
  `CLAUDE_FALLBACK_MODEL='\${env:HOME} \${self:service} $5'`,
  'TALKJS_BOT_ID=the#bot',
  'TALKJS_APP_ID=app',
  'TALKJS_SECRET_KEY=sk_very_secret$value',
  'BURST_WINDOW_SECONDS=7',
  'CHAT_API_WEBHOOK_URL=https://hooks.example.com/chat?token=1',
  'ALARM_EMAIL=somebody@example.com',
  'CRM_KEY=the-key-of-the-crm',
  'EVENTS_EMAIL=oncall@example.com',
].join('\n');
