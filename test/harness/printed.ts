/** Everything that a test file prints, whichever way it goes out. */

export interface Printed {
  /** Whole writes, each with one line or several. */
  texts: string[];
  stop(): void;
}

export function recordPrinted(): Printed {
  const texts: string[] = [];
  const undo: (() => void)[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
      texts.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return write(chunk, ...rest);
    };
    undo.push(() => {
      stream.write = write;
    });
  }
  // Vitest's own console does not write to the streams.
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const say = console[name];
    console[name] = (...args: unknown[]) => {
      texts.push(args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))).join(' '));
      say(...args);
    };
    undo.push(() => {
      console[name] = say;
    });
  }
  return { texts, stop: () => undo.reverse().forEach((one) => void one()) };
}
