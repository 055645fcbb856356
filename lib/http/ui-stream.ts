/** Stop 7 for /chat. An answer as the UI message stream of the AI SDK (`ai` 7): reference of the chunks in its `ui-message-chunks.ts`. Pure. */
import type { Effect, Reply } from '../types.ts';
import type { Approval } from './approval.ts';
import { type ChatFailure, headersOf } from './failure.ts';
import type { Format, Piece, ShownSource } from './pieces.ts';

/** A chunk of a type that the client does not know breaks its stream; fields that it does not know are nothing to it. */
type Chunk = { type: string } & Record<string, unknown>;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'x-vercel-ai-ui-message-stream': 'v1',
};

/** Whose part of the message the provider's data are. */
const OURS = 'claude-behind-chat';

/**
 * The format of one answer, which becomes the message `messageId` of the page. With an `approval` it goes on in the message that asked,
 * and says there what became of the call: a client to which it says nothing asks again without end.
 */
export function openUiStream({ messageId, approval }: { messageId: string; approval?: Approval | undefined }): Format {
  let isBegun = false;
  let texts = 0;
  let tools = 0;
  let isTextOpen = false;
  /** The call that the page takes to be running. */
  let running: string | undefined;

  function begin(): Chunk[] {
    if (isBegun) return [];
    isBegun = true;
    return [{ type: 'start', ...(approval ? {} : { messageId }) }, { type: 'start-step' }];
  }

  function endText(): Chunk[] {
    if (!isTextOpen) return [];
    isTextOpen = false;
    return [{ type: 'text-end', id: `text-${texts}` }];
  }

  /** What a tool was asked and what it gave is for Claude, not for the page. */
  function endTool(): Chunk[] {
    if (running === undefined) return [];
    const toolCallId = running;
    running = undefined;
    return [{ type: 'tool-output-available', toolCallId, output: {}, ...RUN_BY_US }];
  }

  function text(delta: string): Chunk[] {
    const start = isTextOpen ? [] : [{ type: 'text-start', id: `text-${++texts}` }];
    isTextOpen = true;
    return [...endTool(), ...start, { type: 'text-delta', id: `text-${texts}`, delta }];
  }

  function tool(toolName: string): Chunk[] {
    const before = [...endText(), ...endTool()];
    // The page has it already, as the question that was answered: what became of it is said at the end.
    if (toolName === approval?.tool) return before;
    running = `${messageId}-tool-${++tools}`;
    return [...before, { type: 'tool-input-available', toolCallId: running, toolName, input: {}, ...RUN_BY_US }];
  }

  /** The question is the text; the call that it is about has not run, and is what waits for the answer. */
  function ask({ pending }: Reply, turn: string): Chunk[] {
    if (!pending) return [];
    const call = { toolCallId: `${messageId}-asks`, toolName: pending.tool };
    return [
      { type: 'tool-input-available', ...call, input: JSON.parse(pending.input), ...RUN_BY_US },
      { type: 'tool-approval-request', approvalId: turn, toolCallId: call.toolCallId },
    ];
  }

  function end({ turn, reply }: { turn: string; reply: Reply }): Chunk[] {
    const { usage, usd, cost, stop, choices, pending } = reply;
    return [
      ...endText(),
      ...endTool(),
      ...ask(reply, turn),
      ...(approval ? [becameOf(approval, reply.effects)] : []),
      ...(choices && !pending ? [{ type: 'data-choices', data: { choices } }] : []),
      { type: 'data-cost', data: { turn, usd, cost, usage } },
      { type: 'finish-step' },
      { type: 'finish', finishReason: pending ? 'tool-calls' : (REASONS[stop] ?? 'other') },
    ];
  }

  function chunksOf(piece: Piece): Chunk[] {
    if ('delta' in piece) return text(piece.delta);
    if ('tool' in piece) return tool(piece.tool);
    if ('source' in piece) return [sourceChunk(piece.source)];
    if ('ended' in piece) return end(piece.ended);
    return [...endText(), { type: 'error', errorText: piece.error }];
  }

  return {
    headers: HEADERS,
    frame: (piece) => [...begin(), ...chunksOf(piece)].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''),
    refuse: refuseUi,
  };
}

/** The client makes the body the message of its error. */
export function refuseUi(failure: ChatFailure): Response {
  const headers = { ...headersOf(failure), 'content-type': 'text/plain; charset=utf-8' };
  return new Response(failure.message, { status: failure.status, headers });
}

/** Named where it is used, unknown to the page beforehand. */
const RUN_BY_US = { dynamic: true, providerExecuted: true };

const REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'stop',
  'not found': 'stop',
  acted: 'stop',
  max_tokens: 'length',
  'too long': 'length',
  deadline: 'length',
  refusal: 'content-filter',
};

function sourceChunk({ n, title, url, quote }: ShownSource): Chunk {
  const said = { sourceId: String(n), title, providerMetadata: { [OURS]: { n, quote } } };
  return url === undefined
    ? { type: 'source-document', mediaType: 'text/plain', ...said }
    : { type: 'source-url', url, ...said };
}

/** What the user said yes or no to comes before anything else that the turn did. */
function becameOf({ callId: toolCallId, tool }: Approval, effects: readonly Effect[] = []): Chunk {
  const state = effects.find((effect) => effect.tool === tool)?.state ?? 'UNKNOWN';
  if (state === 'DONE') return { type: 'tool-output-available', toolCallId, output: { state }, ...RUN_BY_US };
  if (state === 'DECLINED') return { type: 'tool-output-denied', toolCallId };
  const errorText = state === 'REFUSED' ? 'It did not happen.' : 'It is not known whether it happened.';
  return { type: 'tool-output-error', toolCallId, errorText, ...RUN_BY_US };
}
