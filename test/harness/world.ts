/** Everything around the exported handlers: table, queues, Claude and the machinery that Lambda would be. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { openSqs } from '../../lib/queue.ts';
import { openDynamo, openStore } from '../../lib/store/store.ts';
import type { PlatformName } from '../../lib/types.ts';
import { type ClaudeStandIn, createClaude } from '../../local/stand-ins/claude.ts';
import { type Handler, serve } from '../../local/stand-ins/serve.ts';
import { depth, type QueueHandler, startConsumer } from './consumer.ts';
import { type Gateway, gateway } from './gateway.ts';
import { type Meter, meter } from './meter.ts';
import { makeTable, makeTurnsQueues } from './tables.ts';

/** What a platform's tests bring along: its stand-in, its settings and its door. */
export interface Chat {
  name: PlatformName;
  /** The name of the bot that is spoken to; the default one without it. */
  bot?: string;
  /** Mounted under the platform's name. */
  handle: Handler;
  settings(standInUrl: string): Record<string, string>;
  door(): Promise<(event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>>;
  /** Called with the door's URL before anybody speaks. */
  connect(doorUrl: string): void;
  /** Speaks as a user; gives the message's id as soon as the platform has it. */
  say(conversation: string, text: string): Promise<string>;
  /** The next webhook goes out so many times. */
  repeatNextWebhook(copies: number, atOnce: boolean): void;
  /** The platform's API fails so many times before doing anything, or after having done it. */
  failDelivery(when: 'before' | 'after', times: number): void;
  /** Missing where a platform's users cannot take a message back. */
  remove?(conversation: string, messageId: string): Promise<void>;
  /** The headers with which the platform sends this body. */
  sign(body: string): Record<string, string>;
  /** Whether they hold for this body only: true for a signature, false for a secret that comes along word for word. */
  provesBody: boolean;
  /** The body of an event that nobody answers, as like a user's message as they have one. */
  unknownEvent: string;
  /** Speaks as a human of the team; missing where a platform does not tell them from users. */
  sayAsTeam?(conversation: string, text: string): Promise<void>;
  /** The platform's API sends the next delivery to this address. */
  redirectDelivery(location: string): void;
  /** Who said what, oldest first. */
  transcript(conversation: string): Promise<{ isBot: boolean; text: string }[]>;
  /** Ends when no webhook is on its way. */
  settle(): Promise<void>;
}

/** More than any test asks. */
const MANY_QUESTIONS = 1_000;

export type World = Awaited<ReturnType<typeof openWorld>>;

/** Builds it all; the handlers are imported afterwards, since they read their settings when they are loaded. */
export async function openWorld(chat: Chat, settings: Record<string, string> = {}) {
  const claude: ClaudeStandIn = createClaude();
  let hold: { reached(): void; released: Promise<void> } | undefined;
  const claudeOrWait: Handler = async (request, response) => {
    const held = hold;
    hold = undefined;
    held?.reached();
    await held?.released;
    return claude.handle(request, response);
  };
  const standIns = await serve({ claude: claudeOrWait, [chat.name]: chat.handle });
  const [dynamoMeter, sqsMeter] = await Promise.all([
    meter(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? ''),
    meter(process.env.AWS_ENDPOINT_URL_SQS ?? ''),
  ]);
  const table = await makeTable();
  const sqs = openSqs();
  const queues = await makeTurnsQueues(sqs);
  Object.assign(process.env, {
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
    TABLE_NAME: table,
    TURNS_QUEUE_URL: queues.turns,
    // A test says more in a minute than a person may.
    USER_MESSAGES_PER_MINUTE: '0',
    USER_USD_PER_DAY: '0',
    TOTAL_USD_PER_DAY: '0',
    ...chat.settings(`${standIns.url}/${chat.name}`),
    ...settings,
  });
  const store = openStore(openDynamo(), table, Date.now);
  Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: dynamoMeter.url, AWS_ENDPOINT_URL_SQS: sqsMeter.url });
  const [door, reply] = await Promise.all([chat.door(), loadReply()]);
  const gate: Gateway = await gateway(door);
  chat.connect(gate.url);
  const worker = startWorker();

  function startWorker(handler: QueueHandler = reply) {
    return startConsumer({ sqs, url: queues.turns, handler });
  }

  return {
    claude,
    dynamo: dynamoMeter as Meter,
    sqsCalls: sqsMeter as Meter,
    sqs,
    queues,
    store,
    gate,
    reply,
    worker,
    startWorker,
    /** Keeps the next request to Claude waiting until it is released. */
    holdClaude() {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      hold = { reached: reached.resolve, released: released.promise };
      return { isHeld: reached.promise, release: released.resolve };
    },
    /** Ends when the platform has told of everything and the queue holds nothing. */
    async quiet(): Promise<void> {
      await chat.settle();
      while ((await depth(sqs, queues.turns)) > 0) {
        if (claude.requests.length > MANY_QUESTIONS) throw new Error('so many questions: does the bot answer itself?');
        await sleep(20);
      }
    },
    /** Says it and waits for what the bot answers. */
    async converse(conversation: string, text: string): Promise<string> {
      await chat.say(conversation, text);
      await this.quiet();
      return (await chat.transcript(conversation)).at(-1)?.text ?? '';
    },
    async close(): Promise<void> {
      await worker.stop();
      await Promise.all([gate.close(), standIns.close(), dynamoMeter.close(), sqsMeter.close()]);
    },
  };
}

async function loadReply(): Promise<QueueHandler> {
  return (await import('../../functions/reply.ts')).handler;
}
