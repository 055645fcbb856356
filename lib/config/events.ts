/** Room of the settings: who is told of what happens. Pure. */
import { keys } from './keys.ts';
import { url } from './urls.ts';
import { type Env, oneOf, required } from './values.ts';

const FORMATS = ['standard', 'slack', 'teams'] as const;
export type EventFormat = (typeof FORMATS)[number];

export interface EventsSettings {
  queueUrl: string;
  webhook?: { url: string; secrets: readonly string[]; format: EventFormat };
  /** Handoffs are shown at TalkJS, where the team's user joins the conversation. */
  isShownAtTalkjs: boolean;
  /** Handoffs are mailed, which a deployed stage does: here is no SNS. */
  isMailed: boolean;
}

/** `whsec_` and 24 to 64 random bytes in base64. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/** Without a receiver nobody is told, and `undefined` is given. */
export function eventsIn(env: Env, problems: string[]): EventsSettings | undefined {
  const hasWebhook = Boolean(env.EVENTS_WEBHOOK_URL?.trim());
  const isShownAtTalkjs = Boolean(env.HANDOFF_TALKJS_USER?.trim());
  const isMailed = Boolean(env.SECRETS_PATH && env.EVENTS_EMAIL?.trim());
  if (!hasWebhook && !isShownAtTalkjs && !isMailed) return undefined;
  return {
    queueUrl: required(env, 'EVENTS_QUEUE_URL', problems),
    ...(hasWebhook ? { webhook: webhookIn(env, problems) } : {}),
    isShownAtTalkjs,
    isMailed,
  };
}

/** The addresses of Slack's and Teams' webhooks are secrets themselves, and nobody there looks at a signature. */
function webhookIn(env: Env, problems: string[]) {
  const format = oneOf(env, 'EVENTS_WEBHOOK_FORMAT', FORMATS, 'standard', problems) ?? 'standard';
  const secrets = keys(env, 'EVENTS_WEBHOOK_SECRET', problems) ?? [];
  if (format === 'standard' && secrets.length === 0) problems.push('EVENTS_WEBHOOK_SECRET is missing');
  const isWrong = !secrets.every((secret) => SECRET.test(secret));
  if (isWrong)
    problems.push(
      'EVENTS_WEBHOOK_SECRET must be whsec_ with 24 to 64 bytes in base64 behind it: `echo "whsec_$(openssl rand -base64 32)"` makes one',
    );
  return { url: url(env, 'EVENTS_WEBHOOK_URL', '', problems), secrets: isWrong ? [] : secrets, format };
}
