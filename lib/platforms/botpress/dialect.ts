/** Stops 2 and 3. What a door needs to take the webhooks of Botpress' Chat integration. */
import { type BotIdentity, DEFAULT_BOT } from '../../bots/identity.ts';
import type { Dialect } from '../../types.ts';
import { digestOf } from '../kit/signature.ts';
import { parseBotpress } from './parse.ts';
import type { BotpressSettings } from './settings.ts';
import { verifyBotpress } from './verify.ts';

const OWN = { name: DEFAULT_BOT, botpress: true, context: [] };

/** The inbound half of Botpress; throws a RangeError for an empty secret, with which anybody could speak for Botpress. */
export function botpressDialect(
  { webhookSecret, botUserId }: Pick<BotpressSettings, 'webhookSecret' | 'botUserId'>,
  bots: readonly Pick<BotIdentity, 'name' | 'botpress' | 'context'>[] = [OWN],
): Dialect {
  const digest = digestOf(webhookSecret);
  const bot = bots.find(({ botpress }) => botpress);
  return {
    verify: (request) => verifyBotpress(request, digest),
    parse: (request) => parseBotpress(request.body, { botUserId, bot }),
  };
}
