/** The embedded stack: what it prints, line by line, in another form. */

/**
 * From now on `output` shows each whole line as `form` gives it, and none for `undefined`; an unfinished line waits for its end unless
 * `isWhole` says that there is nothing to wait for. Gives what ends it.
 */
export function showLines(
  output: NodeJS.WriteStream,
  form: (line: string) => string | undefined,
  isWhole: (part: string) => boolean = () => false,
): () => void {
  const write = output.write;
  let rest = '';
  output.write = (chunk: string | Uint8Array, ...others: never[]) => {
    const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())).split('\n');
    rest = lines.pop() ?? '';
    const shown = lines.flatMap((line) => form(line) ?? []).map((line) => `${line}\n`);
    if (rest !== '' && isWhole(rest)) {
      shown.push(rest);
      rest = '';
    }
    return write.call(output, shown.join(''), ...others);
  };
  return () => {
    output.write = write;
  };
}

/** The fields of a JSON object; `undefined` for any other text. */
export function fieldsOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
