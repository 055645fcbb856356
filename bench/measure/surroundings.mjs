/** The fakes' process and the environment that a deployed function finds, pointed at it. */
import { start } from './children.mjs';

/** Keys that we let users choose have 32 characters on a deployed stage. */
export const ACCESS_KEY = 'k'.repeat(32);
export const TALKJS_SECRET = 'sk_test_example_do_not_use';

const SECRETS = {
  anthropic: { ANTHROPIC_API_KEY: 'bench' },
  talkjs: { TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: TALKJS_SECRET },
  botpress: {
    BOTPRESS_WEBHOOK_SECRET: 'secret',
    BOTPRESS_API_URL: 'http://127.0.0.1:9/hook',
    BOTPRESS_ENCRYPTION_KEY: 'key',
  },
  chat: { CHAT_ACCESS_KEYS: ACCESS_KEY },
  'chat-api': { CHAT_API_WEBHOOK_ID: 'hook', CHAT_API_SECRET: 's'.repeat(32) },
  reconify: { RECONIFY_APP_KEY: 'app', RECONIFY_API_KEY: 'api', RECONIFY_INTAKE_KEYS: 'i'.repeat(32) },
};

const NO_LIMITS = {
  USER_MESSAGES_PER_MINUTE: '0',
  USER_USD_PER_DAY: '0',
  TOTAL_USD_PER_DAY: '0',
  CHAT_API_USD_PER_DAY: '0',
};

/** `settings` without limits unless they are what is measured. */
export async function openSurroundings() {
  const fakes = await start(new URL('fakes.mjs', import.meta.url), { env: { BENCH_SECRETS: JSON.stringify(SECRETS) } });
  const { url } = fakes.ready;
  const env = {
    NODE_ENV: 'production',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SQS: url,
    AWS_ENDPOINT_URL_SSM: url,
    TABLE_NAME: 'table',
    TURNS_QUEUE_URL: `${url}/000000000000/turns.fifo`,
    RECORDS_QUEUE_URL: `${url}/000000000000/logs`,
    RECORDS_DEAD_LETTERS_URL: `${url}/000000000000/dead`,
    EVENTS_QUEUE_URL: `${url}/000000000000/events.fifo`,
    EVENTS_DEAD_LETTERS_URL: `${url}/000000000000/dead.fifo`,
    ANTHROPIC_BASE_URL: `${url}/claude`,
    TALKJS_API_URL: `${url}/talkjs`,
    SECRETS_PATH: '/bench',
    SLACK_API_URL: `${url}/slack/api/`,
    ...NO_LIMITS,
  };
  return { fakes, url, env };
}

/** The settings a deployed stage has when nobody changes them. */
export const DEFAULT_LIMITS = Object.fromEntries(Object.keys(NO_LIMITS).map((name) => [name, '']));
