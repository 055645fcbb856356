/** The playground: listens to what the functions log, which all goes through the output of this process. */

/** One event of a function, or the end of a process. */
export interface Heard {
  /** ms */
  time: number;
  event: string;
  /** The process that said it; absent for the functions that the doors run in this process. */
  process?: string;
  fields: Readonly<Record<string, unknown>>;
}

/** Calls `tell` for every event from now on; gives what ends it. */
export function hearEvents(output: NodeJS.WriteStream, tell: (heard: Heard) => void): () => void {
  const write = output.write;
  let rest = '';
  const listen = (chunk: unknown) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const heard = readLine(line, Date.now());
      if (heard) tell(heard);
    }
  };
  output.write = (chunk: string | Uint8Array, ...others: never[]) => {
    listen(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return write.call(output, chunk, ...others);
  };
  return () => {
    output.write = write;
  };
}

/** `reply │ {"time":…,"event":…}`, the same without a name, or the stack's own word on a process that ended. */
export function readLine(line: string, now: number): Heard | undefined {
  const [, process, said = ''] = /^(?:([\w-]+) │ )?(.*)$/s.exec(line) ?? [];
  const from = process === undefined ? {} : { process };
  const ended = /^process \d+ ended \((.*)\)/.exec(said);
  if (ended) return { time: now, event: 'process-ended', ...from, fields: { how: ended[1] } };
  const fields = readJson(said);
  if (typeof fields?.event !== 'string') return undefined;
  const time = Date.parse(String(fields.time));
  return { time: Number.isNaN(time) ? now : time, event: fields.event, ...from, fields };
}

function readJson(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
