/** The inspection tool: `list` tells who got no answer, who waits for one, and where the bot is silent. */
import { referenceOf } from '../../lib/log.ts';
import { whyFailed } from '../../lib/operator/failed.ts';
import { notedOf } from '../../lib/operator/noted.ts';
import type { Answer } from '../../lib/operator/verb.ts';
import { silentOnes } from '../../lib/store/silent.ts';
import { type Row, toTable } from '../../lib/text/table.ts';
import { CannotRun } from '../cannot-run.ts';
import type { Command, Options } from './command.ts';
import { deadLetters } from './dead.ts';
import { depthOf } from './depth.ts';
import { notedTurns } from './noted-turns.ts';
import type { Place } from './place.ts';

/** More than that is read by nobody. */
const MOST_SILENT = 1_000;

export const list: Command = {
  about: '--failed | --waiting | --human | --disliked | --dead',
  takes: [],
  run: async (place, _args, options) => {
    const lists = { failed, waiting, human, disliked, dead: deadLetters };
    const wanted = Object.entries(lists).filter(([name]) => options[name as keyof typeof lists]);
    const [only, ...others] = wanted;
    if (!only || others.length > 0)
      throw new CannotRun(
        'Say what to list: `npm run bot -- list` with --failed, --waiting, --human, --disliked or --dead.',
      );
    return only[1](place, options);
  },
};

/** What was driven again and answered since is no failure any more. */
async function failed(place: Place, options: Options): Promise<Answer> {
  const noted = await notedTurns(place, 'FAILED', options);
  const rows = noted.flatMap(({ ref, turn }) => {
    if (turn?.state !== 'FAILED') return [];
    const by = turn.said[0]?.speaker.id;
    return [
      {
        ...rowOf(ref),
        by,
        reference: referenceOf(ref),
        attempts: turn.epoch,
        reason: whyFailed({ state: 'FAILED', reply: turn.reply }),
      },
    ];
  });
  return answerOf(rows, `No message failed in the last ${options.days} days.`);
}

/** Those that were tried and given back, each with its reason; of those that nobody has tried yet, the queue knows the count only. */
async function waiting(place: Place, options: Options): Promise<Answer> {
  const noted = await notedTurns(place, 'WAITING', options);
  const now = Date.now();
  const rows = noted.flatMap(({ ref, turn }) => {
    const state = turn?.state;
    if (state !== undefined && state !== 'CLAIMED' && state !== 'ANSWERED') return [];
    const { attempts, dueAt = now, reason } = ref;
    const seconds = Math.round((now - ref.createdAt) / 1000);
    const dueInSeconds = Math.max(Math.round((dueAt - now) / 1000), 0);
    return [{ ...rowOf(ref), waitsSeconds: seconds, attempts, dueInSeconds, state: state ?? 'NEW', reason }];
  });
  const inQueue = await depthOf(place, 'TurnsQueue');
  const others = Math.max(inQueue - rows.length, 0);
  const oldest = Math.max(0, ...rows.map(({ waitsSeconds }) => waitsSeconds));
  const rest = [
    `In the queue: ${inQueue}, of which ${others} were not tried yet, wait behind these, or are on their way.`,
    ...(rows.length > 0 ? [`The oldest of these has waited for ${oldest} s.`] : []),
  ].join(' ');
  const { text } = answerOf(rows, 'No message that was tried waits for another try.');
  return { text: `${text}\n\n${rest}`, json: { waiting: rows, inQueue, others, oldestSeconds: oldest } };
}

/** The last word of each user counts: what was disliked once may be liked by now. */
async function disliked(place: Place, options: Options): Promise<Answer> {
  const { store, table } = await place.data();
  const noted = await notedOf(table, 'DISLIKED', { ...options, now: Date.now() });
  const ratings = await Promise.all(noted.map((ref) => store.ratingOf(ref)));
  const rows = noted.flatMap((ref, i) => {
    const rating = ratings[i];
    if (rating?.value !== 'negative') return [];
    return [{ ...rowOf(ref), value: rating.value, comment: rating.comment }];
  });
  return answerOf(rows, `No answer to a message of the last ${options.days} days is disliked.`);
}

async function human(place: Place, { platform }: Options): Promise<Answer> {
  const { store, table } = await place.data();
  const noted = await silentOnes(table, MOST_SILENT);
  const owners = await Promise.all(noted.map(({ of }) => store.ownerOf(of)));
  const rows = noted.flatMap(({ of, since }, i) => {
    const owner = owners[i];
    if (owner === 'bot' || (platform && of.platform !== platform)) return [];
    return [{ since: new Date(since).toISOString(), platform: of.platform, conversation: of.conversation, owner }];
  });
  rows.sort((a, b) => a.since.localeCompare(b.since));
  return answerOf(rows, 'The bot answers everywhere.');
}

function rowOf({
  platform,
  conversation,
  messageId,
  createdAt,
}: Parameters<typeof referenceOf>[0] & { createdAt: number }) {
  return { at: new Date(createdAt).toISOString(), platform, conversation, message: messageId };
}

function answerOf(rows: readonly Row[], none: string): Answer {
  return { text: rows.length === 0 ? none : toTable(rows), json: rows };
}
