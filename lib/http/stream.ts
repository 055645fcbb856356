/** Stop 7 for /chat. From pieces to a response: its status is decided by the first of them. */
import { bodyOf, type ChatFailure } from './failure.ts';
import type { Format, Piece } from './pieces.ts';

export interface StreamOptions {
  format: Format;
  /** Emits pieces; gives what is left to do when the response has ended. */
  run(emit: (piece: Piece) => void): Promise<() => Promise<void>>;
  toFailure(error: unknown): ChatFailure;
  waitUntil(work: Promise<unknown>): void;
}

/** Resolves with the first piece, or with the failure when there is none before it. `run` goes on when the client has left. */
export function stream({ format, run, toFailure, waitUntil }: StreamOptions): Promise<Response> {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isBegun = false;

  return new Promise((resolve) => {
    function emit(piece: Piece) {
      if (!isBegun) begin();
      controller?.enqueue(encoder.encode(format.frame(piece)));
    }

    function begin() {
      isBegun = true;
      const body = new ReadableStream<Uint8Array>({
        start: (started) => {
          controller = started;
        },
        cancel: () => {
          controller = undefined;
        },
      });
      resolve(
        new Response(body, {
          headers: {
            ...format.headers,
            'cache-control': 'no-cache, no-transform',
            'x-accel-buffering': 'no', // else a proxy of the nginx kind collects the pieces
          },
        }),
      );
    }

    async function work() {
      let rest = async () => {};
      try {
        rest = await run(emit);
      } catch (error) {
        const failure = toFailure(error);
        if (isBegun) emit(bodyOf(failure));
        else resolve(format.refuse(failure));
      }
      controller?.close();
      await rest();
    }

    waitUntil(work());
  });
}
