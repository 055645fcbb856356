/** Root of the Chat API server: the door that its clients call. */
import { bots } from '#bots/doors';
import { widget as own } from '#widget';
import { openSpeech } from '../bots/speech.ts';
import { openAllowance } from '../chat-api/allowance.ts';
import { ApiError, errorBody } from '../chat-api/api-error.ts';
import { openHandOut } from '../chat-api/hand-out.ts';
import { openKeys, ownSecret } from '../chat-api/keys.ts';
import { readPath } from '../chat-api/path.ts';
import { openServer } from '../chat-api/server.ts';
import { openShare, type Share } from '../chat-api/share.ts';
import { openState } from '../chat-api/state.ts';
import { type Webhook, webhooksOf } from '../chat-api/webhooks.ts';
import type { WidgetFile } from '../chat-api/widget.ts';
import type { ChatApiSettings, Settings } from '../config.ts';
import { signalsInto } from '../events/signals.ts';
import { labelsOf, logLine } from '../log.ts';
import { openEventsQueue, openSqs, openTurnsQueue } from '../queue.ts';
import { openChatApiStore } from '../store/chat-api/chat-api.ts';
import { openStreamLeases } from '../store/chat-api/streams.ts';
import { openCounters } from '../store/counters.ts';
import { openForget } from '../store/forget.ts';
import { openTable } from '../store/items.ts';
import { openDynamo, openStore } from '../store/store.ts';
import type { Inbound } from '../types.ts';
import { doorFailed } from './doors/failed.ts';
import { type Server, streamFrom } from './doors/stream-door.ts';
import { openApp } from './open.ts';
import { RATING, rateIn } from './rating.ts';

const now = Date.now;

const GROUPS = ['aws', 'chatApi', 'limits', 'retention', 'speech', ...RATING] as const;
type Group = (typeof GROUPS)[number];

/** `share` is what requests and streams of one process tell each other directly. */
export function chatApiDoor({ share = openShare(), widget = own }: { share?: Share; widget?: WidgetFile } = {}) {
  const open = openApp(GROUPS, (settings) => serverOf(settings, share, widget));
  return streamFrom(() => open().catch(refuseAll));
}

/** A server for each bot that has a webhook id, opened when it is first asked. */
function serverOf(settings: Settings<Group>, share: Share, widget: WidgetFile | undefined): Server {
  const { chatApi } = settings;
  if (!chatApi) return refusing(new ApiError('ResourceNotFound', "Route doesn't exist"));
  const all = webhooksOf(bots, chatApi.webhookId);
  const opened = new Map<string, Server>();
  return {
    fetch: (request, surroundings) => {
      const asked = readPath(new URL(request.url).pathname)?.webhookId;
      const webhook = all.find(({ id }) => id === asked) ?? all[0];
      const server = opened.get(webhook.id) ?? openOne(settings, chatApi, webhook, share, widget);
      opened.set(webhook.id, server);
      return server.fetch(request, surroundings);
    },
  };
}

function openOne(
  settings: Settings<Group>,
  chatApi: ChatApiSettings,
  { id, name, realm, context }: Webhook,
  share: Share,
  widget: WidgetFile | undefined,
): Server {
  const { aws, limits, retention } = settings;
  const speechFor = openSpeech(bots, settings.speech);
  const sqs = openSqs();
  const dynamo = openDynamo();
  const table = openTable(dynamo, aws.tableName);
  const store = openStore(dynamo, aws.tableName, now, retention.days);
  const { put: putTurn } = openTurnsQueue(sqs, aws.turnsQueueUrl);
  const putOutbound = chatApi.webhook && signalsInto(openEventsQueue(sqs, chatApi.webhook.queueUrl).put);
  const api = {
    ...openState({ kept: openChatApiStore(table, now, { realm, keptDays: retention.days }), share, putOutbound, now }),
    keys: openKeys({ ...chatApi, realm }),
    handOut: openHandOut(ownSecret({ ...chatApi, realm })),
    bot: chatApi.bot,
    name,
    context,
    putTurn: async (inbound: Inbound) => {
      await putTurn(inbound);
      logLine('message-kept', { ...labelsOf(inbound), kind: inbound.event });
    },
    forget: openForget(dynamo, aws.tableName, now),
    allowance: openAllowance({
      counters: openCounters(dynamo, aws.tableName),
      messagesPerMinute: limits.messagesPerMinute,
      usersPerMinute: chatApi.usersPerMinute,
      realm,
      now,
    }),
    streams: openStreamLeases(table, now, chatApi.streams, realm),
    unanswered: store.unanswered,
    rate: rateIn(store, settings),
    ratings: store.ratingsIn,
    speech: (locale: string | undefined) => speechFor({ bot: name, speaker: { ...(locale ? { locale } : {}) } }),
  };
  return openServer({ webhookId: id, allowedOrigins: chatApi.allowedOrigins, widget, api, log: logLine });
}

/** Settings or secrets cannot be read; the operator finds the reason in the log. */
function refuseAll(error: unknown): Server {
  doorFailed(error);
  return refusing(new ApiError('Internal', 'Not available, try again later'));
}

function refusing(error: ApiError): Server {
  return { fetch: () => Response.json(errorBody(error, now()), { status: error.status }) };
}
