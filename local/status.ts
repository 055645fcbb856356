/** The embedded stack: `GET /stack`, which tells processes, URLs and stand-ins. */
import type { BotIdentity } from '../lib/bots/identity.ts';
import type { ProcessView } from './consumers/poll.ts';
import { type Handler, sendJson } from './stand-ins/serve.ts';

export interface Status {
  processes: ProcessView[];
  urls: Record<string, string>;
  /** Those in use, with their URL. */
  standIns: Record<string, string>;
  bots: BotsView;
}

/** Who may be spoken to, and why what was saved last in their folder was not taken over. */
export interface BotsView {
  all: readonly Pick<BotIdentity, 'name' | 'talkjs' | 'chatApi' | 'http' | 'botpress'>[];
  problem?: string | undefined;
}

/** Busy processes come first: who looks for one at work takes the first of its name. */
export function sayStack(status: () => Status): Handler {
  return (request, response) => {
    if (request.method !== 'GET') return sendJson(response, 405, { error: 'GET only' }, { allow: 'GET' });
    const { processes, urls, standIns, bots } = status();
    const busyFirst = processes.toSorted((a, b) => Number(b.busy) - Number(a.busy));
    sendJson(response, 200, { processes: busyFirst, urls, standIns, bots });
  };
}
