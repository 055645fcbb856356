/** Stops 2 and 3. What a door needs to take TalkJS webhooks. */
import type { Dialect } from '../../types.ts';
import { parseTalkjs } from './parse.ts';
import { verifyTalkjs, webhookKey } from './verify.ts';

export interface TalkjsWebhookSettings {
  /** Any of them may have signed; several during a rotation, because TalkJS switches at once. */
  webhookSecrets: readonly string[];
  botId: string;
  humanRoles?: readonly string[];
  toleranceSeconds: number;
}

/** The inbound half of TalkJS; throws a RangeError for an empty secret, with which anybody could sign. */
export function talkjsDialect({
  webhookSecrets,
  botId,
  humanRoles = [],
  toleranceSeconds,
}: TalkjsWebhookSettings): Dialect {
  const keys = webhookSecrets.map(webhookKey);
  return {
    verify: (request, now) => verifyTalkjs(request, keys, { toleranceSeconds, now }),
    parse: (request) => parseTalkjs(request.body, { botId, humanRoles }),
  };
}
