/** Root of the reply worker: stops 5-7. */
import type { Settings } from '../config.ts';
import { openSqs, openTurnsQueue } from '../queue.ts';
import type { ReplyDeps } from '../turn/reply.ts';
import { ANSWERING, openAnswering } from './answering.ts';
import { composeUnlessEcho } from './chat-api-bot.ts';
import { turnsDoor } from './doors/consumer.ts';
import { openApp } from './open.ts';
import { openPlatforms, PLATFORMS } from './platforms.ts';
import { RECORDS } from './recorder.ts';

const GROUPS = [...ANSWERING, ...PLATFORMS, ...RECORDS] as const;

/** The handler of turns.fifo. */
export function replyDoor() {
  return turnsDoor(openApp(GROUPS, workerDeps));
}

function workerDeps(settings: Settings<(typeof GROUPS)[number]>): ReplyDeps {
  const answering = openAnswering(settings);
  return {
    ...answering,
    compose: composeUnlessEcho(answering.compose, settings.chatApi),
    hold: openTurnsQueue(openSqs(), settings.aws.turnsQueueUrl).hold,
    platform: openPlatforms(settings),
  };
}
