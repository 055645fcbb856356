/** Stop 6. One streamed call of the Messages API, with the three clocks the SDK lacks: first byte, silence, the turn's end. */
import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages';
import { type Assembled, openAssembly } from './assemble.ts';

/** Of either provider: what is asked of it. */
export interface Client {
  messages: Pick<Anthropic['messages'], 'create'>;
}

export interface CallOptions {
  /** Ends the call when the turn has no more time. */
  signal: AbortSignal;
  /** Longest time (ms) to the response's head, and between any two of its bytes. */
  silenceMs: number;
  onText(delta: string): void;
  /** Told behind a text that is from documents: its citations, as the API has them. */
  onCited?: ((citations: readonly unknown[]) => void) | undefined;
}

/** What came, whole or not; `error` says why it is not. */
export interface Called {
  requestId: string | undefined;
  assembled: Assembled;
  /** Set when the call broke off; `isDeadline` when that was the turn's end. */
  broken?: { error: unknown; isDeadline: boolean };
}

/** Pings arrive every few seconds while a model thinks, so a silence of this length means that nobody is there. */
export const SILENCE_MS = 20_000;

/** Never throws: what the SDK throws comes back as `error`. */
export async function call(
  client: Client | Promise<Client>,
  params: MessageCreateParamsBase,
  { signal, silenceMs, onText, onCited }: CallOptions,
): Promise<Called> {
  const silence = watchdog(silenceMs);
  const { assembled, take, citedBy } = openAssembly();
  let requestId: string | undefined;
  try {
    // Its events, not the SDK's own assembly: that throws for a count that is missing, and hides the text a block begins with.
    const { messages } = await client;
    const answered = await messages
      .create(
        { ...params, stream: true },
        {
          signal: AbortSignal.any([signal, silence.signal]),
          maxRetries: 0,
          timeout: silenceMs,
          middleware: [async (request, next) => observed(await next(request), silence.touch)],
        },
      )
      .withResponse();
    requestId = answered.request_id ?? answered.response.headers.get('x-amzn-requestid') ?? undefined;
    for await (const event of answered.data) {
      const text = take(event);
      if (text !== undefined) onText(text);
      const cited = citedBy(event);
      if (cited.length > 0) onCited?.(cited);
    }
    if (assembled.isWhole && assembled.message) return { requestId, assembled };
    throw new Error('the stream ended before the message did');
  } catch (error) {
    const isDeadline = signal.aborted;
    const isSilent = silence.signal.aborted && !isDeadline;
    return { requestId, assembled, broken: { error: isSilent ? silence.signal.reason : error, isDeadline } };
  } finally {
    silence.stop();
  }
}

/** Bytes, not events: the SDK swallows the pings that show life. */
function observed(response: Response, touch: () => void): Response {
  touch();
  const { body, status, statusText, headers } = response;
  if (!body) return response;
  const tap = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      touch();
      controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(tap), { status, statusText, headers });
}

function watchdog(ms: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`nothing came for ${ms} ms`)), ms);
  return {
    signal: controller.signal,
    touch: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
