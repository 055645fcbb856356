/** The embedded stack: what the functions log, as people read it in a terminal. */
import { fieldsOf, showLines } from './lines.ts';

/** `reply │ {"time":…,"event":…}`, the same without a name; other lines stay as they are. */
const LINE = /^(?:([\w-]+) │ )?(\{.*\})$/;

/** Said in columns of their own, or of no use on a screen. */
const HIDDEN = new Set(['time', 'event', 'conversation']);

/** One line for people; `undefined` for a line of metrics, which only repeats what others say. */
export function readable(line: string): string | undefined {
  const [, name = '', json = ''] = LINE.exec(line) ?? [];
  const fields = fieldsOf(json);
  if (fields && '_aws' in fields) return undefined;
  if (typeof fields?.event !== 'string') return line;
  const time = String(fields.time ?? '').slice(11, 23);
  const rest = Object.entries(fields).flatMap(([key, value]) => (HIDDEN.has(key) ? [] : [`${key}=${said(value)}`]));
  return [time, name.padEnd(9), fields.event.padEnd(18), ...rest].join(' ').trimEnd();
}

/** From now on `output` shows whole lines so; gives what ends it. What does not begin like a line of the functions need not wait for its end. */
export function showReadable(output: NodeJS.WriteStream): () => void {
  return showLines(output, readable, (part) => !/^(?:[\w-]*|[\w-]+ │ (?:\{.*)?|\{.*)$/.test(part));
}

function said(value: unknown): string {
  const text = String(value);
  return /\s/.test(text) ? JSON.stringify(text) : text;
}
