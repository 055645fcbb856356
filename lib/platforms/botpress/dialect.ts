/** Stops 2 and 3. What a door needs to take the webhooks of Botpress' Chat integration. */
import type { Dialect } from '../../types.ts';
import { parseBotpress } from './parse.ts';
import { digestOf, verifyBotpress } from './verify.ts';

export interface BotpressWebhookSettings {
  webhookSecret: string;
  /** Our chat user, whose own messages come back as webhooks. */
  botUserId: string;
}

/** The inbound half of Botpress; throws a RangeError for an empty secret, with which anybody could speak for Botpress. */
export function botpressDialect({ webhookSecret, botUserId }: BotpressWebhookSettings): Dialect {
  const digest = digestOf(webhookSecret);
  return {
    verify: (request) => verifyBotpress(request, digest),
    parse: (request) => parseBotpress(request.body, { botUserId }),
  };
}
