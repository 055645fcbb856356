/** Every 5 minutes: finds what users said at TalkJS that never came in, since both deliveries of a webhook can be lost, and enqueues it. */

import { Later } from '../errors.ts';
import { type Log, pseudonym } from '../log.ts';
import type { ActiveConversation, Lately } from '../platforms/talkjs/lately.ts';
import type { Progress } from '../store/progress.ts';
import { type Store, turnSk } from '../store/store.ts';
import type { Inbound, Platform } from '../types.ts';
import { meantFor } from './addressed.ts';
import type { Rate } from './rate.ts';
import { rateReacted } from './reacted.ts';

export interface ReconcileDeps {
  lately: Lately;
  team: NonNullable<Platform['team']>;
  store: Pick<Store, 'between' | 'conversationOf' | 'keepRoles' | 'forgottenAt' | 'ratingsIn'>;
  rate: Rate;
  progress: { begin(now: number): Promise<Progress>; keep(position: number | undefined): Promise<void> };
  put(inbound: Inbound): Promise<void>;
  /** Resolves when the next request may go out. */
  pace(): Promise<void>;
  now(): number;
  log: Log;
}

export interface Reconciled {
  conversations: number;
  requests: number;
  enqueued: number;
  /** Where it had to stop, and why; nothing when it saw all there was. */
  stopped?: string;
}

/** Younger messages (ms) may still be on their way: TalkJS sends a webhook twice, and we may be a little behind. */
const YOUNGEST_MS = 60_000;
/** Older ones (ms) nobody waits for; twice as long as the time between two runs, so that each is looked at twice. */
const OLDEST_MS = 10 * 60_000;
/** Of TalkJS' 9 requests a second: one in six over five minutes, the rest belongs to the answers. */
const MAX_REQUESTS = 400;
/** With less left (ms) of the invocation, the next run goes on. */
const CLOSING_MS = 15_000;

/** Thrown to end a run before its end; the next one goes on from there. */
class Enough extends Error {}

/** TalkJS has had enough of us, or is away. */
class NotNow extends Error {}

/** Throws `Later` when the table or the queue does not answer; when TalkJS does not, it stops and says so. */
export async function reconcile(deps: ReconcileDeps, remainingMs: () => number): Promise<Reconciled> {
  const { lately, progress, now, log } = deps;
  const startedAt = now();
  const { watchedSince, position } = await progress.begin(startedAt);
  const window = { from: Math.max(startedAt - OLDEST_MS, watchedSince), to: startedAt - YOUNGEST_MS };
  const logOnce = once(log);
  const done: Reconciled = { conversations: 0, requests: 0, enqueued: 0 };
  let at = Math.max(window.from, position ?? 0);

  async function ask(): Promise<AbortSignal> {
    if (done.requests >= MAX_REQUESTS) throw new Enough('enough requests');
    if (remainingMs() < CLOSING_MS) throw new Enough('no time left');
    await deps.pace();
    done.requests += 1;
    return AbortSignal.timeout(remainingMs());
  }

  async function sweep(): Promise<void> {
    const seen = new Set<string>();
    let from = at;
    let after: string | undefined;
    let isNews = false;
    for (;;) {
      const page = await fromTalkjs(lately.active(from, after, await ask()));
      const conversations = page.filter(({ id }) => !seen.has(id));
      isNews ||= conversations.length > 0;
      for (const conversation of conversations) {
        if (conversation.hasBot)
          await check(deps, conversation, { window, ask, onEnqueued: () => void done.enqueued++, logOnce });
        done.conversations += 1;
        seen.add(conversation.id);
        at = Math.max(at, conversation.lastMessageAt ?? 0);
      }
      if (!lately.isLastPage(page)) {
        // Not by time: a user who joins moves a conversation to the end, behind newer messages than its own.
        after = page.at(-1)?.id;
        continue;
      }
      if (after === undefined || !isNews) return;
      // The conversation that a page went on from may have moved there meanwhile: one look by time at what that left out.
      [from, after, isNews] = [at, undefined, false];
    }
  }

  try {
    if (window.to > window.from) await sweep();
    await progress.keep(undefined);
  } catch (error) {
    if (!(error instanceof Enough || error instanceof NotNow)) throw error;
    done.stopped = error.message;
    await progress.keep(at);
  }
  const { stopped: reason, ...counts } = done;
  log('reconciled', { ...counts, reason, ms: now() - startedAt });
  return done;
}

function fromTalkjs<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw error instanceof Later ? new NotNow(error.message) : error;
  });
}

/** What is said again and again is said the first time. */
function once(log: Log): Log {
  let isSaid = false;
  return (event, fields) => {
    if (!isSaid) log(event, fields);
    isSaid = true;
  };
}

interface Look {
  window: { from: number; to: number };
  ask(): Promise<AbortSignal>;
  onEnqueued(): void;
  /** Writes one line a run. */
  logOnce: Log;
}

async function check(
  deps: ReconcileDeps,
  conversation: ActiveConversation,
  { window, ask, onEnqueued, logOnce }: Look,
): Promise<void> {
  const { lately, team, store, put, log } = deps;
  const of = { platform: 'talkjs', conversation: conversation.id } as const;
  const { said, answered, reacted } = await fromTalkjs(lately.since(conversation.id, window.from, ask));
  await rateReacted({ ...deps, log: logOnce }, conversation, reacted);
  const open = said.filter(({ id, createdAt }) => createdAt <= window.to && !answered.has(id));
  if (open.length === 0) return;
  const [turns, forgottenAt] = await Promise.all([
    store.between(
      of,
      turnSk({ createdAt: window.from, messageId: '' }),
      turnSk({ createdAt: window.to + 1, messageId: '' }),
    ),
    store.forgottenAt(of),
  ]);
  const known = new Set(turns.flatMap(({ sk, state }) => (state === undefined ? [] : sk)));
  const lost = open
    .filter(({ id, createdAt }) => createdAt > forgottenAt && !known.has(turnSk({ createdAt, messageId: id })))
    .reverse();
  const roleOf = async (id: string) => fromTalkjs(team.roleOf(id, await ask()));
  for (const { id, senderId, message } of lost) {
    const sender = await fromTalkjs(lately.user(senderId, await ask()));
    const inbound = lately.read(conversation.raw, message, sender);
    if ('ignored' in inbound) continue;
    const asking = { store, isTeam: team.has, roleOf };
    if (inbound.event === 'sent' && (await meantFor(asking, inbound)) === 'nobody') continue;
    // The same key, time and dedupe id as from the webhook: whichever is first, it is one turn.
    await put(inbound);
    onEnqueued();
    log('message-found', { conversation: pseudonym('talkjs', conversation.id), inbound: id });
  }
}
