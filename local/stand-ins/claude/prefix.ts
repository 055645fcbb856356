/** Offline Claude: a request as the one sequence of blocks that caching, thinking and counting look at. */
import { createHash } from 'node:crypto';
import type { Block, CountRequest, Message } from './shape.ts';
import { blockTokens, tokensForTools, tokensPerMessage, toolTokens } from './tokens.ts';

/** One block of the prompt, in the order tools, system, messages. */
export interface Segment {
  part: 'tools' | 'system' | 'messages';
  /** Everything that makes it what it is; cache breakpoints do not. */
  json: string;
  tokens: number;
  breakpoint: '5m' | '1h' | undefined;
  /** The block of a message; undefined for tools and system. */
  block: Block | undefined;
}

/** The whole prompt; neighbours of one role make no difference to it. */
export function segmentsOf(request: CountRequest): Segment[] {
  const tools = (request.tools ?? []).map((tool, index) => {
    const tokens = toolTokens(tool) + (index === 0 ? tokensForTools : 0);
    return segment('tools', tool, 'tool', tokens);
  });
  const system = (request.system ?? []).map((block) => segment('system', block, 'system', blockTokens(block)));
  return [...tools, ...system, ...request.messages.flatMap(ofMessage)];
}

/** Tokens of the whole prompt. */
export function promptTokens(request: CountRequest): number {
  return segmentsOf(request).reduce((sum, { tokens }) => sum + tokens, 0);
}

/** A short fingerprint of what came before, extended by one more piece. */
export function chain(before: string, piece: string): string {
  return createHash('sha256').update(before).update('\0').update(piece).digest('base64url');
}

function ofMessage({ role, content }: Message): Segment[] {
  const blocks: Block[] = content;
  return blocks.map((block, index) => {
    const tokens = blockTokens(block) + (index === 0 ? tokensPerMessage : 0);
    return { ...segment('messages', block, role, tokens), block };
  });
}

interface Cacheable {
  type?: unknown;
  cache_control?: { ttl?: '5m' | '1h' | undefined } | null | undefined;
}

function segment(part: Segment['part'], item: Cacheable, role: string, tokens: number): Segment {
  const { cache_control: cacheControl, ...rest } = item;
  const breakpoint = cacheControl ? (cacheControl.ttl ?? '5m') : undefined;
  return { part, json: JSON.stringify([role, rest]), tokens, breakpoint, block: undefined };
}
