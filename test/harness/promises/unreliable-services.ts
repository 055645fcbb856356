/** Claude, TalkJS and Botpress that misbehave by chance, each in every way its stand-in knows. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Fault as ClaudeFault } from '../../../local/stand-ins/claude/faults.ts';
import type { ClaudeStandIn } from '../../../local/stand-ins/claude.ts';
import type { Fault } from '../../../local/stand-ins/kit/faults.ts';
import type { Handler } from '../../../local/stand-ins/serve.ts';
import type { Chance } from './chance.ts';

export interface Mishaps {
  rate(): number;
  chance: Chance;
}

const CLAUDE: readonly [ClaudeFault, ...ClaudeFault[]] = [
  { status: 429, retryAfter: 1 },
  { status: 429, retryAfter: 30 },
  { status: 429, retryAfter: 86_400 },
  { status: 429, retryAfter: 'soon' },
  { status: 429 },
  { status: 529 },
  { status: 529, html: true },
  { status: 500 },
  { status: 503, html: true },
  { headers: 'cut' },
  { headers: 300 },
  { tokenMs: 20 },
  { brokenBody: true },
  { text: '' },
  { stopReason: 'max_tokens' },
  { breaks: { how: 'cut', after: 3 } },
  { breaks: { how: 'end', after: 3 } },
  { breaks: { how: 'error', after: 3 } },
  { breaks: { how: 'garbage', after: 3 } },
  { breaks: { how: 'stall', after: 3 } },
];

const TALKJS: readonly [Fault, ...Fault[]] = [
  { kind: 'down', method: 'POST' },
  { kind: 'down', method: 'POST', status: 500 },
  { kind: 'down', method: 'POST', status: 401 },
  { kind: 'busy', method: 'POST' },
  { kind: 'busy', method: 'POST', retryAfterSeconds: 0 },
  { kind: 'busy', method: 'POST', retryAfterSeconds: 30 },
  { kind: 'cut-after', method: 'POST' },
  { kind: 'cut-after', method: 'POST', times: 2 },
  { kind: 'cut-after', method: 'POST', times: 4 },
  { kind: 'no-ids', method: 'POST' },
  { kind: 'hang', method: 'POST' },
  { kind: 'hang-after', method: 'POST' },
];

const POSTED = { method: 'POST', path: '/messages' } as const;
const BOTPRESS: readonly [Fault, ...Fault[]] = [
  { kind: 'down', ...POSTED },
  { kind: 'down', ...POSTED, status: 502 },
  { kind: 'down', method: 'GET' },
  { kind: 'busy', ...POSTED },
  { kind: 'busy', ...POSTED, retryAfterSeconds: 30 },
  { kind: 'disguised', ...POSTED },
  { kind: 'cut-after', ...POSTED },
  { kind: 'cut-after', ...POSTED, times: 3 },
  { kind: 'hang', ...POSTED },
  { kind: 'hang-after', ...POSTED },
];

export interface UnreliableClaude {
  handle: Handler;
  faults: Readonly<Record<string, number>>;
  /** Conversations in which two calls ran at once, by the user's opaque id. */
  crowded: ReadonlySet<string>;
}

/** `claude` must be asked by one user per conversation. */
export function unreliableClaude(claude: ClaudeStandIn, { rate, chance }: Mishaps): UnreliableClaude {
  const faults: Record<string, number> = {};
  const crowded = new Set<string>();
  const underway = new Set<string>();
  const handle: Handler = async (request, response) => {
    const body = await text(request);
    const user: string = JSON.parse(body).metadata.user_id;
    if (underway.has(user)) crowded.add(user);
    underway.add(user);
    response.once('close', () => underway.delete(user));
    const fault = chance.happens(rate()) ? chance.oneOf(CLAUDE) : undefined;
    if (fault) claude.script(fault);
    count(faults, fault);
    const { method, url, headers } = request;
    await claude.handle(
      Object.assign(Readable.from([Buffer.from(body)]), { method, url, headers }) as IncomingMessage,
      response,
    );
  };
  return { handle, faults, crowded };
}

export function unreliableTalkjs(stand: { handle: Handler; fail(fault: Fault): void }, mishaps: Mishaps) {
  return unreliable(stand, TALKJS, mishaps);
}

export function unreliableBotpress(stand: { handle: Handler; fail(fault: Fault): void }, mishaps: Mishaps) {
  return unreliable(stand, BOTPRESS, mishaps);
}

function unreliable<F extends object>(
  stand: { handle: Handler; fail(fault: F): void },
  menu: readonly [F, ...F[]],
  { rate, chance }: Mishaps,
) {
  const faults: Record<string, number> = {};
  const handle: Handler = async (request, response) => {
    const fault = chance.happens(rate()) ? chance.oneOf(menu) : undefined;
    if (fault) stand.fail(fault);
    count(faults, fault);
    await stand.handle(request, response);
  };
  return { handle, faults: faults as Readonly<Record<string, number>> };
}

function count(faults: Record<string, number>, fault: object | undefined): void {
  if (!fault) return;
  const name = JSON.stringify(fault);
  faults[name] = (faults[name] ?? 0) + 1;
}
