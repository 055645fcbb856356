/** Offline Claude: an answer on the wire, as server-sent events or as one JSON document. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Citation } from './citable.ts';
import { ApiError } from './errors.ts';
import type { Wire } from './wire.ts';

/** One block of an answer; `json` is a tool's input as text, so that a broken one can be sent too. */
export type AnswerBlock =
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'text'; text: string; citations?: readonly Citation[] }
  | { type: 'tool_use' | 'server_tool_use'; id: string; name: string; json: string };

export interface Usage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
  output_tokens: number;
  output_tokens_details: { thinking_tokens: number };
  server_tool_use: null;
  service_tier: 'standard';
  speed: 'standard';
  inference_geo: null;
}

/** A finished answer. */
export interface Answer {
  id: string;
  model: string;
  blocks: AnswerBlock[];
  stopReason: string;
  stopSequence: string | null;
  stopDetails: { type: 'refusal'; category: string | null; explanation: string | null } | null;
  usage: Usage;
  uncounted?: 'start' | 'end' | 'both' | undefined;
  startsWithWords?: boolean | undefined;
}

/** A stream that goes wrong after so many pieces of text. */
export interface Break {
  how: 'stall' | 'cut' | 'end' | 'error' | 'garbage';
  after: number;
  errorType: string;
  pingMs?: number | undefined;
}

export interface Pace {
  tokenMs: number;
  break?: Break | undefined;
  requestId: string;
  signal: AbortSignal;
  wire: Wire;
}

/** Text as the pieces it is streamed in, one token each; never in the middle of a character. */
export function pieces(text: string): string[] {
  return text.match(/\s*(?:[^\s]{1,3}|$)/gu)?.filter((piece) => piece !== '') ?? [];
}

/** The answer as `messages.create` without `stream` returns it. */
export function asMessage(answer: Answer) {
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: answer.blocks.map(whole),
    stop_reason: answer.stopReason,
    stop_sequence: answer.stopSequence,
    stop_details: answer.stopDetails,
    container: null,
    diagnostics: null,
    usage: answer.usage,
  };
}

/** Streams the answer; resolves when it is sent, broken as asked for, or when `signal` says that the client is gone. */
export async function sendStream(response: ServerResponse, answer: Answer, pace: Pace): Promise<void> {
  response.writeHead(200, { 'content-type': pace.wire.streamType, 'cache-control': 'no-cache' });
  let spoken = 0;
  for (const event of eventsOf(answer)) {
    const isPiece = isWords(event);
    const isOver = event.type === 'message_delta';
    if (pace.break && (isOver || (isPiece && spoken >= pace.break.after))) return breakOff(response, pace.break, pace);
    if (isPiece && pace.tokenMs > 0) await sleep(pace.tokenMs, undefined, { signal: pace.signal });
    if (response.destroyed) return;
    await write(response, pace.wire.event(event));
    if (isPiece) spoken += 1;
  }
  response.end();
}

interface Event {
  type: string;
  delta?: object;
  [field: string]: unknown;
}

// A signature is no word: what breaks off after so many pieces does so in what is said.
function isWords({ delta }: Event): boolean {
  return delta !== undefined && ('text' in delta || 'partial_json' in delta);
}

function* eventsOf(answer: Answer): Generator<Event> {
  const opening = { ...answer, blocks: [], usage: { ...answer.usage, output_tokens: 1 } };
  const opened = { ...asMessage(opening), stop_reason: null, stop_sequence: null, stop_details: null };
  const message = isUncounted(answer, 'start') ? { ...opened, usage: undefined } : opened;
  yield { type: 'message_start', message };
  yield { type: 'ping' };
  for (const [index, block] of answer.blocks.entries()) {
    const [first, ...others] = [...deltasOf(block)];
    const begun = answer.startsWithWords && first && 'text' in first ? { text: first.text } : undefined;
    yield { type: 'content_block_start', index, content_block: { ...empty(block), ...begun } };
    for (const delta of begun ? others : [...deltasOf(block)]) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  const { stopReason: stop_reason, stopSequence: stop_sequence, stopDetails: stop_details, usage } = answer;
  const { cache_creation: _, service_tier: _tier, speed: _speed, inference_geo: _geo, ...counts } = usage;
  const told = isUncounted(answer, 'end') ? {} : { usage: counts };
  yield { type: 'message_delta', delta: { stop_reason, stop_sequence, stop_details, container: null }, ...told };
  yield { type: 'message_stop' };
}

function isUncounted({ uncounted }: Answer, where: 'start' | 'end'): boolean {
  return uncounted === where || uncounted === 'both';
}

function* deltasOf(block: AnswerBlock) {
  if (block.type === 'text') {
    // As live streams have it: what a text is from is told in front of it.
    for (const citation of block.citations ?? []) yield { type: 'citations_delta', citation };
    for (const text of pieces(block.text)) yield { type: 'text_delta', text };
  } else if (block.type === 'thinking') {
    for (const thinking of pieces(block.thinking)) yield { type: 'thinking_delta', thinking };
    yield { type: 'signature_delta', signature: block.signature };
  } else {
    for (const partial_json of block.json.match(/.{1,12}/gsu) ?? []) yield { type: 'input_json_delta', partial_json };
  }
}

function empty(block: AnswerBlock) {
  if (block.type === 'text') return { type: 'text', text: '', citations: block.citations ? [] : null };
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return { type: block.type, id: block.id, name: block.name, input: {}, caller: { type: 'direct' } };
}

function whole(block: AnswerBlock) {
  if (block.type === 'text') return { ...block, citations: block.citations ?? null };
  if (block.type === 'thinking') return block;
  return { ...empty(block), input: inputOf(block.json) };
}

function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Without streaming the API always sends an object, whatever the model wrote.
    return {};
  }
}

async function breakOff(response: ServerResponse, { how, errorType, pingMs }: Break, pace: Pace): Promise<void> {
  if (how === 'stall') {
    const pings = pingMs && setInterval(() => void write(response, pace.wire.event({ type: 'ping' })), pingMs);
    await untilGone(pace.signal);
    return clearInterval(pings);
  }
  if (how === 'end') return void response.end();
  if (how === 'cut') return void response.destroy();
  if (how === 'garbage') return void response.end(pace.wire.garbage);
  const error = new ApiError(200, messages[errorType] ?? 'Something went wrong', { type: errorType });
  await write(response, pace.wire.failure(error, pace.requestId));
  response.end();
}

const messages: Record<string, string> = { overloaded_error: 'Overloaded', api_error: 'Internal server error' };

/** Waits until the client hangs up. */
export function untilGone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

// Waiting for the bytes to leave keeps a cut behind everything that was said before it.
function write(response: ServerResponse, frame: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.write(frame, () => resolve());
  });
}
