/** What a terminal shows of what is written to it in pieces, while `show` has it in its hands. */
import { PassThrough } from 'node:stream';

export function shownOf(show: (output: NodeJS.WriteStream) => () => void, ...pieces: readonly string[]): string {
  const shown: string[] = [];
  const output = Object.assign(new PassThrough(), { isTTY: true });
  output.write = ((chunk: unknown) => shown.push(String(chunk)) > 0) as typeof output.write;
  const end = show(output as unknown as NodeJS.WriteStream);
  for (const piece of pieces) output.write(piece);
  end();
  return shown.join('');
}
