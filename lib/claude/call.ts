/** Stop 6. One streamed call of the Messages API, with the three clocks the SDK lacks: first byte, silence, the turn's end. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages';

export interface CallOptions {
  /** Ends the call when the turn has no more time. */
  signal: AbortSignal;
  /** Longest time (ms) to the response's head, and between any two of its bytes. */
  silenceMs: number;
  onText(delta: string): void;
}

/** The assembled message, as the API gives it without streaming; or what had arrived of it when the call broke off. */
export type Called = { requestId: string | undefined } & (
  | { message: Message }
  | { partial: Message | undefined; error: unknown; isDeadline: boolean }
);

/** Pings arrive every few seconds while a model thinks, so a silence of this length means that nobody is there. */
export const SILENCE_MS = 20_000;

/** Never throws: what the SDK throws comes back as `error`. */
export async function call(
  client: Anthropic,
  params: MessageCreateParamsBase,
  { signal, silenceMs, onText }: CallOptions,
): Promise<Called> {
  const silence = watchdog(silenceMs);
  const stream = client.messages.stream(params, {
    signal: AbortSignal.any([signal, silence.signal]),
    maxRetries: 0,
    timeout: silenceMs,
    middleware: [async (request, next) => observed(await next(request), silence.touch)],
  });
  // Kept here, since the SDK lets go of what it has when a stream ends too early.
  let partial: Message | undefined;
  stream.on('streamEvent', (_, snapshot) => {
    partial = snapshot;
  });
  stream.on('text', onText);
  try {
    const message = await stream.finalMessage();
    return { message, requestId: stream.request_id ?? undefined };
  } catch (error) {
    const isDeadline = signal.aborted;
    const isSilent = silence.signal.aborted && !isDeadline;
    const requestId = stream.request_id ?? undefined;
    return { partial, error: isSilent ? silence.signal.reason : error, isDeadline, requestId };
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
