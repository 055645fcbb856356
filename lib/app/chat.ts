/** Root of /chat: stops 1-7 in one streamed response. */
import { bots } from '#bots/doors';
import { openSpeech } from '../bots/speech.ts';
import { rates } from '../bounds.ts';
import type { Settings } from '../config.ts';
import { openKeyAccess } from '../http/access.ts';
import { type ChatDeps, chat } from '../http/chat.ts';
import { ChatFailure, responseOf } from '../http/failure.ts';
import { openCallerLimits } from '../http/limits.ts';
import { pseudonym } from '../log.ts';
import { fits, openCounters } from '../store/counters.ts';
import { openForget } from '../store/forget.ts';
import { openTable } from '../store/items.ts';
import { openSessions } from '../store/sessions.ts';
import { openDynamo, openStore } from '../store/store.ts';
import type { Platform } from '../types.ts';
import { ANSWERING, estimatesOf, limitsOf, openAnswering } from './answering.ts';
import { doorFailed } from './doors/failed.ts';
import { type Server, streamFrom } from './doors/stream-door.ts';
import { openApp } from './open.ts';
import { rateIn } from './rating.ts';
import { RECORDS } from './recorder.ts';

const GROUPS = [...ANSWERING, 'chat', ...RECORDS] as const;

/** The handler of /chat/{sessionId}, to be wrapped in `awslambda.streamifyResponse`. */
export function chatDoor() {
  const open = openApp(GROUPS, serverOf);
  return streamFrom(() => open().catch(refuseAll));
}

function serverOf(settings: Settings<(typeof GROUPS)[number]>): Server {
  const deps = chatDeps(settings);
  if (!deps) return refusing(new ChatFailure('not_configured', 'not configured'));
  return { fetch: (request, around) => chat(deps, request, around) };
}

function chatDeps(settings: Settings<(typeof GROUPS)[number]>): ChatDeps | undefined {
  if (!settings.chat) return undefined;
  const { accessKeys, allowedOrigins } = settings.chat;
  const dynamo = openDynamo();
  const limits = openCallerLimits(limitsOf(settings, dynamo), {
    estimateOf: estimatesOf(settings.claude),
    speech: openSpeech(bots, settings.speech),
  });
  const store = openStore(dynamo, settings.aws.tableName, Date.now, settings.retention.days);
  const counters = openCounters(dynamo, settings.aws.tableName);
  return {
    ...openAnswering(settings, dynamo, limits),
    limits,
    rate: rateIn(store, settings),
    // Such a counter outlives its session, so it does not name one.
    mayRate: ({ platform, conversation }) =>
      fits(counters, { what: `feedback#${pseudonym(platform, conversation)}`, ...rates.feedback }, Date.now()),
    forget: openForget(dynamo, settings.aws.tableName, Date.now),
    sessions: openSessions(openTable(dynamo, settings.aws.tableName), Date.now),
    platform: () => sender,
    identify: openKeyAccess(accessKeys, bots),
    isOpen: accessKeys === undefined,
    allowedOrigins,
  };
}

/** The answer is out before it is stored: there is nobody to send it to afterwards. */
const sender: Platform = { hasButtons: true, deliver: async () => [] };

/** Settings or secrets cannot be read; the operator finds the reason in the log. */
function refuseAll(error: unknown): Server {
  doorFailed(error);
  return refusing(new ChatFailure('unavailable', 'Not available, try again later.'));
}

function refusing(failure: ChatFailure): Server {
  return { fetch: () => responseOf(failure) };
}
