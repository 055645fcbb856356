/** Stops 2 and 3. What a door needs to take TalkJS webhooks. */
import type { BotIdentity } from '../../bots/identity.ts';
import type { Dialect } from '../../types.ts';
import { hmacKey } from '../kit/signature.ts';
import type { Team } from './group.ts';
import { ourUsers } from './our-users.ts';
import { parseTalkjs } from './parse.ts';
import type { TalkjsSettings } from './settings.ts';
import { verifyTalkjs } from './verify.ts';

type WebhookSettings = Pick<TalkjsSettings, 'webhookSecrets' | 'botId' | 'toleranceSeconds'> &
  Partial<Pick<TalkjsSettings, keyof Team>>;

/** The inbound half of TalkJS; throws a RangeError for an empty secret, with which anybody could sign. */
export function talkjsDialect(
  { webhookSecrets, botId, toleranceSeconds, humanRoles = [], handoffUser, takesOver = false }: WebhookSettings,
  bots: readonly BotIdentity[] = [],
): Dialect {
  const ours = ourUsers(bots, botId);
  const keys = webhookSecrets.map(hmacKey);
  return {
    verify: (request, now) => verifyTalkjs(request, keys, { toleranceSeconds, now }),
    parse: (request) => parseTalkjs(request.body, { ours, humanRoles, handoffUser, takesOver }),
  };
}
