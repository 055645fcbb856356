/** The Chat API server: which webhook id is which bot's. Pure. */
import { type BotIdentity, DEFAULT_BOT } from '../bots/identity.ts';
import { BadSettings } from '../errors.ts';

export interface Webhook {
  /** The last part of the URL. */
  id: string;
  /** The name of the bot that answers there. */
  name: string;
  /** Of another bot than the default one, the id again: its users, keys and conversations are of no other. */
  realm: string | undefined;
  /** Fields that it is told. */
  context: readonly string[];
}

/**
 * The default bot's, which is CHAT_API_WEBHOOK_ID unless its folder says otherwise, and those of the others that have one. Throws
 * `BadSettings` where two would have the same.
 */
export function webhooksOf(bots: readonly BotIdentity[], webhookId: string): readonly [Webhook, ...Webhook[]] {
  const first = bots.find(({ name }) => name === DEFAULT_BOT);
  const own = first?.chatApi ?? webhookId;
  const others = bots.flatMap(({ name, chatApi: id, context }) =>
    name === DEFAULT_BOT || id === undefined ? [] : { id, name, realm: id, context },
  );
  const same = others.find(({ id }) => id === own);
  if (same)
    throw new BadSettings(
      `${same.name} and ${DEFAULT_BOT} have the same webhook id: one of them needs another \`chatApi\` in its bot.md`,
    );
  return [{ id: own, name: DEFAULT_BOT, realm: undefined, context: first?.context ?? [] }, ...others];
}
