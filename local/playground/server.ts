/** The playground: a page that shows what the product does, and the little server behind it. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { DEFAULT_BOT } from '../../lib/bots/identity.ts';
import { readSettings } from '../../lib/config.ts';
import { openDynamo, openStore } from '../../lib/store/store.ts';
import { changes, isJson } from '../caller.ts';
import type { Settings } from '../settings.ts';
import { type Handler, sendJson, serve } from '../stand-ins/serve.ts';
import { standIns as services } from '../stand-ins.ts';
import type { Status } from '../status.ts';
import { Refusal, readJson, sendFile } from './answers.ts';
import { bundlePage, type Files } from './bundle.ts';
import { detailsOf } from './details.ts';
import { doorsOf, isDoor, platformDoor } from './doors.ts';
import { followRecords } from './follow-records.ts';
import { hearEvents } from './hear.ts';
import { openJournal } from './journal.ts';
import { openOthers } from './others.ts';
import { ownersOf, type Place, userOf } from './places.ts';
import { createToken, startConversation, tellAccount } from './talkjs-account.ts';
import { cause, type TroubleDeps } from './trouble.ts';
import { type StackView, troubles } from './view.ts';
import { watch } from './watch.ts';

export interface PlaygroundOptions {
  port: number;
  tableName: string;
  settings: Settings;
  status(): Status;
  /** Where everything that the functions log comes by. */
  output: NodeJS.WriteStream;
}

const place = z.object({
  door: z.custom<Place['door']>(isDoor),
  conversation: z.string().min(1).max(200),
  bot: z.string().max(32).default(DEFAULT_BOT),
});
const troubleShape = z.object({ ...place.shape, troubles: z.array(z.enum(troubles)) });
const sayShape = z.object({ ...place.shape, text: z.string().min(1) });

export interface Playground {
  /** The offline Claude's handler, observed. */
  observeClaude(handle: Handler): Handler;
  close(): Promise<void>;
}

export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { settings, status, output, port, tableName } = options;
  const { urls, standIns } = status();
  const account = 'talkjs' in standIns ? undefined : readSettings(settings, ['talkjs']).talkjs;
  const journal = openJournal();
  const others = openOthers(standIns);
  const store = openStore(openDynamo(), tableName, Date.now);
  const { CHAT_ACCESS_KEYS } = settings;
  const owners = ownersOf(() => ({ CHAT_ACCESS_KEYS, bots: status().bots.all }));
  const deps: TroubleDeps = { store, others, journal, owners, processes: () => status().processes };
  const listen = followRecords({ journal, others });
  const stopHearing = hearEvents(output, (heard) => {
    journal.add(heard);
    listen(heard);
  });
  let bundled: Promise<Files> | undefined;

  const stack = (): StackView => {
    const { all, problem } = status().bots;
    return {
      bots: all.map((bot) => ({ name: bot.name, doors: doorsOf(bot, { urls, standIns, settings, bots: all }) })),
      services: services.map(({ name, title }) => ({ name, title, isStandIn: name in standIns })),
      ...(problem === undefined ? {} : { problem }),
    };
  };

  /** What a bot is called at a platform. */
  function seatAt(door: string, name: string): string {
    const bot = status().bots.all.find((one) => one.name === name);
    const seat = bot && platformDoor(door)?.seatOf(bot, settings);
    if (!seat || 'lacks' in seat) throw new Refusal(409, `${name} cannot be spoken to at ${door}`);
    return seat.as;
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const asked = `${request.method} ${pathname}`;
    const placeIn = () => parse(place, Object.fromEntries(searchParams));
    if (asked === 'GET /stack') return sendJson(response, 200, stack());
    if (asked === 'GET /watch') return watch(deps, placeIn(), response);
    if (asked === 'GET /details') {
      const details = await detailsOf(deps, placeIn(), searchParams.get('turn') ?? '');
      return details ? sendJson(response, 200, details) : sendJson(response, 404, { error: 'no such turn' });
    }
    if (asked === 'POST /trouble') {
      const { troubles: wanted, ...where } = parse(troubleShape, await readJson(request));
      await cause(deps, where, wanted);
      return sendJson(response, 200, {});
    }
    if (asked === 'POST /say') {
      const { text, ...where } = parse(sayShape, await readJson(request));
      const { door, conversation: conversationId } = where;
      const who = { userId: userOf(where), name: 'Visitor', bot: seatAt(door, where.bot) };
      const said = await others.say(door, { conversationId, ...who, text });
      journal.wake();
      return sendJson(response, 200, said);
    }
    if (asked === 'GET /talkjs-account') return sendJson(response, 200, tellAccount(account));
    if (asked === 'POST /talkjs-account/token') return sendJson(response, 200, await createToken(account, Date.now()));
    if (asked === 'POST /talkjs-account/conversation')
      return sendJson(response, 200, await startConversation(account, Date.now()));
    throw new Refusal(404, 'not found');
  }

  const pages: Record<string, { file: string; policy: string }> = {
    '': { file: 'page.html', policy: policyFor(stack()) },
    widget: { file: 'widget.html', policy: widgetPolicyFor(stack()) },
    talkjs: { file: 'talkjs-account.html', policy: TALKJS_POLICY },
  };
  const guarded =
    (handle: Handler): Handler =>
    async (request, response) => {
      try {
        if (changes(request.method) && !isJson(request.headers)) throw new Refusal(415, 'send JSON');
        await handle(request, response);
      } catch (error) {
        if (response.headersSent) return void response.destroy();
        const status = error instanceof Refusal ? error.status : 502;
        sendJson(response, status, { error: error instanceof Error ? error.message : 'failed' });
      }
    };
  const page = ({ file, policy }: { file: string; policy: string }) =>
    guarded(async (_, response) =>
      sendFile(response, file, await readFile(new URL(`page/${file}`, import.meta.url)), policy),
    );
  const script: Handler = guarded(async (request, response) => {
    bundled ??= bundlePage();
    const name = (request.url ?? '').slice(1).replace(/\?.*$/, '');
    const content = (await bundled).get(name);
    if (!content) throw new Refusal(404, 'not found');
    sendFile(response, name, content);
  });
  const mounts = Object.fromEntries(Object.entries(pages).map(([name, one]) => [name, page(one)]));
  const server = await serve({ ...mounts, page: script, api: guarded(answer) }, port);
  return {
    observeClaude: (handle) => (request, response) => {
      const isAsking = request.method === 'POST' && request.url === '/v1/messages';
      if (isAsking) journal.add({ time: Date.now(), event: 'claude-asked', fields: {} });
      return handle(request, response);
    },
    close: async () => {
      stopHearing();
      await server.close();
    },
  };
}

function parse<T>(shape: z.ZodType<T>, value: unknown): T {
  const { data, error } = shape.safeParse(value);
  if (error) throw new Refusal(400, z.prettifyError(error));
  return data;
}

/** Nothing but our own files, and the doors that the page calls itself. */
function policyFor(stack: StackView): string {
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${originsOf(stack)}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** As docs/widget.md says it, for a page that lies in a frame of ours. */
function widgetPolicyFor(stack: StackView): string {
  const origins = originsOf(stack);
  return `default-src 'none'; script-src 'self' ${origins}; style-src 'self' 'unsafe-inline'; img-src data:; media-src data:; connect-src 'self' ${origins}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;
}

function originsOf({ bots }: StackView): string {
  const origins = bots.flatMap(({ doors }) => doors).flatMap(({ url }) => (url ? [new URL(url).origin] : []));
  return [...new Set(origins)].join(' ');
}

/** https://talkjs.com/docs/Features/Security_Settings/Security_Recommendations/ */
const TALKJS_POLICY =
  "default-src 'none'; script-src 'self' https://cdn.talkjs.com; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; connect-src 'self' https://*.talkjs.com wss://*.talkjs.com; frame-src https://*.talkjs.com; base-uri 'none'; frame-ancestors 'none'";
