/** The build: a text with YAML in front of it → both. The files of bots and of documents begin with it. */
import { parse } from 'yaml';

export interface Matter {
  /** What the YAML says; empty where there is none. */
  data: Record<string, unknown>;
  body: string;
}

const OPENING = /^---[ \t]*\n/;
const CLOSING = /^(?:---|\.\.\.)[ \t]*$/m;

/**
 * A text that begins with `---` and has no second one, or whose front is no mapping, is a text that begins with a rule. Throws an
 * Error with the parser's sentence for YAML that is a mapping gone wrong.
 */
export function splitMatter(text: string): Matter {
  const whole = { data: {}, body: text };
  const normal = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const [opening] = OPENING.exec(normal) ?? [];
  if (opening === undefined) return { ...whole, body: normal };
  const rest = normal.slice(opening.length);
  const closing = CLOSING.exec(rest);
  if (!closing) return { ...whole, body: normal };
  const yaml = rest.slice(0, closing.index);
  const data: unknown = parse(yaml, { maxAliasCount: 20 });
  if (data !== null && (typeof data !== 'object' || Array.isArray(data))) return { ...whole, body: normal };
  return { data: { ...data }, body: rest.slice(closing.index + closing[0].length).replace(/^\n/, '') };
}
