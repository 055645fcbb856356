/** Root of what others are told: the consumer of the queue of events. */
import * as z from 'zod/mini';
import type { Settings } from '../config.ts';
import { Later } from '../errors.ts';
import { type DeliverDeps, type Delivery, deliver } from '../events/deliver.ts';
import type { Letter } from '../events/event.ts';
import { mailReceiver } from '../events/mail.ts';
import { showing } from '../events/shown.ts';
import { signalsReceiver } from '../events/signals.ts';
import { webhookReceiver } from '../events/webhook.ts';
import { logLine } from '../log.ts';
import { talkjsApi } from '../platforms/talkjs/api.ts';
import { talkjsHandoff } from '../platforms/talkjs/handoff.ts';
import type { TalkjsSettings } from '../platforms/talkjs/settings.ts';
import { openEventsQueue, openSqs } from '../queue.ts';
import { openTable } from '../store/items.ts';
import { openDynamo } from '../store/store.ts';
import { openTold } from '../store/told.ts';
import { type QueueHandler, type QueueMessage, queueDoor } from './doors/queue-door.ts';
import { openApp } from './open.ts';

const GROUPS = ['events', 'chatApi', 'talkjs', 'eventsDeadLetters'] as const;

/** The handler of the queue of events; fails the whole batch where nobody is set to be told. */
export function eventsDoor(): QueueHandler {
  return queueDoor(
    openApp(GROUPS, depsOf),
    async (deps, messages, remainingMs) => {
      const read = messages.map((message) => ({ message, delivery: toDelivery(message) }));
      const back = await deliver(
        deps,
        read.flatMap(({ delivery }) => delivery ?? []),
        remainingMs,
      );
      return read.flatMap(({ message, delivery }) => (!delivery || back.includes(delivery) ? message.id : []));
    },
    'events wait, but nobody is set to be told',
  );
}

function depsOf({
  events,
  chatApi,
  talkjs,
  eventsDeadLetters,
}: Settings<(typeof GROUPS)[number]>): DeliverDeps | undefined {
  const now = Date.now;
  const { topicArn } = eventsDeadLetters;
  const signals = chatApi?.webhook;
  const queueUrl = events?.queueUrl ?? signals?.queueUrl;
  if (queueUrl === undefined) return undefined;
  const sqs = openSqs();
  return {
    receivers: {
      ...(signals ? { 'chat-api': signalsReceiver(signals, fetch) } : {}),
      ...(events?.isMailed && topicArn ? { email: mailReceiver(topicArn) } : {}),
      ...(talkjs?.handoffUser ? { talkjs: atTalkjs(talkjs, talkjs.handoffUser) } : {}),
      ...(events?.webhook ? { webhook: webhookReceiver(events.webhook, { fetch, now }) } : {}),
    },
    rests: new Map(),
    marks: openTold(openTable(openDynamo(), eventsDeadLetters.tableName), now),
    hold: openEventsQueue(sqs, queueUrl).hold,
    bury: openEventsQueue(sqs, eventsDeadLetters.url).put,
    now,
    log: logLine,
  };
}

/** What TalkJS does not take now, the queue brings again. */
function atTalkjs(talkjs: TalkjsSettings, handoffUser: string) {
  const sleep = () => Promise.reject(new Later('talkjs: not now'));
  return showing(talkjsHandoff(handoffUser, talkjsApi(talkjs, { fetch, now: Date.now, sleep })), logLine);
}

/** Our own envelope: only as much is checked as tells it from something else. */
const envelope = z.looseObject({
  v: z.literal(1),
  to: z.enum(['chat-api', 'webhook', 'talkjs', 'email']),
  id: z.string(),
  platform: z.string(),
  conversation: z.string(),
  body: z.string(),
});

/** `undefined` for what is not ours: it goes to the dead letters, where somebody can look at it. */
function toDelivery({ id, body, receipt, attempts, takenAt, group }: QueueMessage): Delivery | undefined {
  try {
    const letter = envelope.parse(JSON.parse(body)) as unknown as Letter;
    return { receipt, attempts, takenAt: takenAt ?? Date.now(), group, letter };
  } catch {
    logLine('message-unreadable', { id });
    return undefined;
  }
}
