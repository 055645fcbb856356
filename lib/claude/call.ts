/** Stop 6. One streamed call of the Messages API, with the three clocks the SDK lacks: first byte, silence, the turn's end. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages';

export interface CallOptions {
  /** Ends the call when the turn has no more time. */
  signal: AbortSignal;
  onText?: ((delta: string) => void) | undefined;
}

/** Pings arrive every few seconds while a model thinks, so so long a silence means that nobody is there. */
export const SILENCE_MS = 20_000;

/** The turn's time ran out in the middle of an answer: `text` is what had arrived. */
export class CutByDeadline extends Error {
  readonly text: string;
  constructor(text: string) {
    super('the turn ran out of time');
    this.name = 'CutByDeadline';
    this.text = text;
  }
}

/** The assembled message, as the API would give it without streaming. Throws what the SDK throws, or `CutByDeadline`. */
export async function call(client: Anthropic, params: MessageCreateParamsBase, options: CallOptions): Promise<Message> {
  const silence = watchdog(SILENCE_MS);
  let text = '';
  try {
    const stream = client.messages.stream(params, {
      signal: AbortSignal.any([options.signal, silence.signal]),
      maxRetries: 0,
      timeout: SILENCE_MS,
      middleware: [async (request, next) => observed(await next(request), silence.touch)],
    });
    stream.on('text', (delta) => {
      text += delta;
      options.onText?.(delta);
    });
    return await stream.finalMessage();
  } catch (error) {
    if (options.signal.aborted) throw new CutByDeadline(text);
    if (silence.signal.aborted) throw silence.signal.reason;
    throw error;
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
