/** The table of docs/limits.md: what somebody without a key of ours can cost in a day, from the limits as they are shipped. */
import { crowds, rates } from '../../lib/bounds.ts';
import { readSettings } from '../../lib/config.ts';
import { NEWCOMERS_PART } from '../../lib/turn/caps.ts';
import { ASSUMED, MEASURED } from './counts.ts';
import { USD } from './prices.ts';
import { table } from './table.ts';

const SECONDS = 86_400;
/** As serverless.yml has them. */
const SHIPPED = { throttlePerSecond: 200, streams: 2, doorGb: 0.25 };
/** Of 8 KB, for which a message or event counts once: it is kept as itself, as a signal, and in its turn. */
const ITEMS_OF_ONE = 3;
const UNITS_OF_ITEM = 9;

/** What was measured of release 0.1.0, which had none of the limits but the caps of a user and of all. */
const BEFORE = {
  talkjs: 'the cap of all, and then nobody is answered',
  chatApi: 'the cap of the Chat API, and then nobody is answered; about $216 of table writes by one user',
  streams: 'as many as the account has Lambdas, by one user',
} as const;

/** Markdown. */
export function strangerTable(): string {
  const { limits } = readSettings({}, ['limits']);
  const ofNew = (usd: number) => `$${(usd * NEWCOMERS_PART).toFixed(2)}`;
  const one = `$${limits.userUsdPerDay.toFixed(2)}`;
  const chatApiCap = limits.platformUsdPerDay['chat-api'] ?? 0;
  const perMinute = limits.messagesPerMinute + rates.event.max;
  return table(
    ['who', 'Claude, one user', 'Claude, any number of new users', 'Amazon, at most', 'before'],
    [
      [
        'a user of the page that has TalkJS',
        one,
        ofNew(limits.totalUsdPerDay),
        usd(SHIPPED.throttlePerSecond * SECONDS * message()),
        BEFORE.talkjs,
      ],
      [
        'a user of the page that has Botpress',
        one,
        ofNew(limits.totalUsdPerDay),
        usd(SHIPPED.throttlePerSecond * SECONDS * message()),
        BEFORE.talkjs,
      ],
      ['one user of the Chat API', one, ofNew(chatApiCap), usd((perMinute * SECONDS * kept()) / 60), BEFORE.chatApi],
      [
        `one address of the Chat API, ${rates.newUser.max} new users a minute`,
        one,
        ofNew(chatApiCap),
        usd(SHIPPED.throttlePerSecond * SECONDS * kept()),
        BEFORE.chatApi,
      ],
      [
        `who holds streams (${crowds.streamsOfUser} a user, ${SHIPPED.streams} in all)`,
        '–',
        '–',
        usd(SHIPPED.streams * SECONDS * SHIPPED.doorGb * USD.lambdaGbSecond),
        BEFORE.streams,
      ],
      ['who has no key, at any door', '–', '–', usd(SHIPPED.throttlePerSecond * SECONDS * request()), 'the same'],
    ],
  );
}

/** A request that is refused. */
function request(): number {
  return USD.httpApiRequest + USD.lambdaRequest + ASSUMED.webhookSeconds * SHIPPED.doorGb * USD.lambdaGbSecond;
}

/** A signed message: ten of a conversation share a turn, which is refused in a table write or two once a limit is reached. */
function message(): number {
  return request() + 4 * USD.sqsFifoRequest + MEASURED.writeUnits * USD.writeUnit;
}

/** 8 KB of a message or an event at the Chat API. */
function kept(): number {
  return request() + 4 * USD.sqsFifoRequest + ITEMS_OF_ONE * UNITS_OF_ITEM * USD.writeUnit;
}

function usd(value: number): string {
  return `$${value < 10 ? value.toFixed(2) : Math.round(value)}`;
}
