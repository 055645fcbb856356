/** Offline Claude: the prompt cache. Remembers prefixes that ended at a breakpoint and tells what was read and written. */
import { chain, type Segment, segmentsOf } from './prefix.ts';
import type { CountRequest } from './shape.ts';

const lifetimeMs = { '5m': 5 * 60_000, '1h': 60 * 60_000 };
// The API looks this many blocks back from a breakpoint for something it has cached.
const lookBackBlocks = 20;
/** The most breakpoints one request may carry, the automatic one included. */
export const maxBreakpoints = 4;

/** Tokens of one prompt, by what they cost. */
export interface PromptUsage {
  fresh: number;
  written5m: number;
  written1h: number;
  read: number;
}

export interface PromptCache {
  /** Looks a prompt up and remembers it; `account` keeps the keys apart, `minTokens` is the model's minimum. */
  use(request: CountRequest, minTokens: number, account: string): PromptUsage;
  clear(): void;
}

/** An empty cache; `now` in ms. */
export function createPromptCache(now: () => number): PromptCache {
  const expiry = new Map<string, number>();

  const use = (request: CountRequest, minTokens: number, account: string): PromptUsage => {
    const time = now();
    const prompt = measured(request, account);
    const total = prompt.at(-1)?.tokensSoFar ?? 0;
    const breakpoints = prompt.filter(({ breakpoint, tokensSoFar }) => breakpoint && tokensSoFar >= minTokens);

    const isCached = ({ hash }: Measured) => (expiry.get(hash) ?? 0) > time;
    const hits = breakpoints.flatMap(({ index }) =>
      prompt.slice(Math.max(0, index - lookBackBlocks + 1), index + 1).filter(isCached),
    );
    const read = Math.max(0, ...hits.map(({ tokensSoFar }) => tokensSoFar));
    for (const hit of hits) expiry.set(hit.hash, Math.max(expiry.get(hit.hash) ?? 0, time + lifetimeMs['5m']));
    for (const { hash, breakpoint } of breakpoints) {
      expiry.set(hash, Math.max(expiry.get(hash) ?? 0, time + lifetimeMs[breakpoint ?? '5m']));
    }

    const endOf = (points: Measured[]) => points.at(-1)?.tokensSoFar ?? 0;
    const longLived = Math.max(read, endOf(breakpoints.filter(({ breakpoint }) => breakpoint === '1h')));
    const cached = Math.max(longLived, endOf(breakpoints));
    return { fresh: total - cached, written5m: cached - longLived, written1h: longLived - read, read };
  };

  return { use, clear: () => expiry.clear() };
}

/** The breakpoints of a request; the top-level one moves to the last block that can be cached. */
export function breakpointsOf(request: CountRequest): Segment[] {
  return withAutomatic(request).filter(({ breakpoint }) => breakpoint);
}

interface Measured extends Segment {
  index: number;
  hash: string;
  tokensSoFar: number;
}

function measured(request: CountRequest, account: string): Measured[] {
  let hash = chain(account, request.model);
  let tokensSoFar = 0;
  let part: Segment['part'] = 'tools';
  return withAutomatic(request).map((segment, index) => {
    if (segment.part === 'messages' && part !== 'messages') hash = chain(hash, settingsOf(request));
    part = segment.part;
    hash = chain(hash, segment.json);
    tokensSoFar += segment.tokens;
    return { ...segment, index, hash, tokensSoFar };
  });
}

// Changing one of these between two turns drops what was cached of the messages.
function settingsOf({ output_config, thinking, tool_choice, speed }: CountRequest): string {
  return JSON.stringify([output_config?.effort ?? null, thinking ?? null, tool_choice ?? null, speed ?? null]);
}

function withAutomatic(request: CountRequest): Segment[] {
  const segments = segmentsOf(request);
  const automatic = request.cache_control;
  if (!automatic) return segments;
  const last = segments.findLastIndex(({ block }) => block?.type !== 'thinking' && block?.type !== 'redacted_thinking');
  return segments.map((segment, index) =>
    index === last ? { ...segment, breakpoint: segment.breakpoint ?? automatic.ttl ?? '5m' } : segment,
  );
}
