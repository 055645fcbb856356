/** Room of TalkJS: which of its users our bots are. Pure. */
import { type BotIdentity, DEFAULT_BOT } from '../../bots/identity.ts';
import { BadSettings } from '../../errors.ts';

/** A bot and the TalkJS user it answers as. */
export interface OurUser {
  name: string;
  userId: string;
  /** Fields that it is told. */
  context?: readonly string[];
  /** When it answers where several people are; `untilHuman` without it. */
  groups?: BotIdentity['groups'];
}

export type OurUsers = readonly [OurUser, ...OurUser[]];

/**
 * The default bot, which is TALKJS_BOT_ID unless its folder says otherwise, and the others that have a user. Throws `BadSettings` where
 * two would be the same user, as nobody could tell which one is called.
 */
export function ourUsers(bots: readonly BotIdentity[], botId: string): OurUsers {
  const [others, own] = [
    bots.filter(({ name }) => name !== DEFAULT_BOT),
    bots.find(({ name }) => name === DEFAULT_BOT),
  ];
  const { talkjs: ownId = botId, context = [], groups = 'untilHuman' } = own ?? {};
  const first = { name: DEFAULT_BOT, userId: ownId, context, groups };
  const rest = others.flatMap(({ name, talkjs, context, groups }) =>
    talkjs === undefined ? [] : { name, userId: talkjs, context, groups },
  );
  const same = rest.find(({ userId }) => userId === first.userId);
  if (same)
    throw new BadSettings(
      `${same.name} and ${first.name} are the same TalkJS user: one of them needs another \`talkjs\` in its bot.md`,
    );
  return [first, ...rest];
}
