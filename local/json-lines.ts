/** The embedded stack: all that it prints as JSON lines, for scripts. */
import { fieldsOf, showLines } from './lines.ts';

const NAMED = /^([\w-]+) │ (.*)$/s;

/** A line of the functions with its `process`, any other one as `text`; `undefined` for an empty one. */
export function asJson(line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const [, process, said = line] = NAMED.exec(line) ?? [];
  const fields = fieldsOf(said);
  if (fields && process === undefined) return line;
  return JSON.stringify({ ...(process ? { process } : {}), ...(fields ?? { text: said }) });
}

export function showJson(output: NodeJS.WriteStream): () => void {
  return showLines(output, asJson);
}
