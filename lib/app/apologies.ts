/** Root of the dead letters' way: the turn as ever, but with an apology where Claude would be asked. */
import { randomUUID } from 'node:crypto';
import { bots } from '#bots/doors';
import { openSpeech } from '../bots/speech.ts';
import type { Settings } from '../config.ts';
import { Permanent } from '../errors.ts';
import { logLine } from '../log.ts';
import { openSqs, openTurnsQueue } from '../queue.ts';
import { openDynamo, openStore } from '../store/store.ts';
import type { ReplyDeps } from '../turn/reply.ts';
import { turnsDoor } from './doors/consumer.ts';
import { openApp } from './open.ts';
import { outboxOf } from './outbox.ts';
import { openPlatforms, PLATFORMS } from './platforms.ts';

const GROUPS = ['aws', 'limits', 'speech', 'events', 'handoff', ...PLATFORMS] as const;

/** The handler of the queue of dead letters; an answer that was stored but never sent still goes out instead of the apology. */
export function apologizeDoor() {
  return turnsDoor(openApp(GROUPS, apologyDeps));
}

function apologyDeps(settings: Settings<(typeof GROUPS)[number]>): ReplyDeps {
  return {
    store: openStore(openDynamo(), settings.aws.tableName, Date.now, settings.retention.days),
    compose: async () => {
      throw new Permanent('dead letter');
    },
    askForSummary: undefined,
    tell: outboxOf(settings.events),
    handoff: settings.handoff,
    speech: openSpeech(bots, settings.speech),
    maxInputChars: settings.limits.maxInputChars,
    hold: openTurnsQueue(openSqs(), settings.aws.turnsQueueUrl).hold,
    platform: openPlatforms(settings),
    now: Date.now,
    newId: randomUUID,
    log: logLine,
  };
}
