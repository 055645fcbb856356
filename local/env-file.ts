/** The embedded stack, and every command: .env and the shell, read in one way. What it says of .env stands in .env.example, too. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Env } from '../lib/config.ts';
import { BadSettings } from '../lib/errors.ts';

const root = path.resolve(import.meta.dirname, '..');

export interface Written {
  /** The name of the file, whether it is there or not. */
  file: string;
  /** What is in it, and over it the shell: what is set there beats the file, also if it is set to nothing. */
  env: Env;
}

/** As in serverless.yml; `npm start` is this stage, too. */
export const DEFAULT_STAGE = 'dev';

/** .env.<stage> where there is one, else .env. Throws `BadSettings` for a line that cannot be read. */
export function readWritten(shell: Env, { stage = DEFAULT_STAGE, folder = root } = {}): Written {
  const own = `.env.${stage}`;
  const file = existsSync(path.join(folder, own)) ? own : '.env';
  const place = path.join(folder, file);
  return { file, env: { ...(existsSync(place) ? parseEnvFile(readFileSync(place, 'utf8'), file) : {}), ...shell } };
}

const NAMED = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/s;

/**
 * `NAME=value` a line. A value is taken as it stands: nothing in it is expanded or unescaped. A quoted one ends at the quote that
 * ends its line (or a later line), any other at the end of the line; ` #` behind it begins a comment. `file` is for the error only.
 */
export function parseEnvFile(text: string, file: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, rest = ''] = NAMED.exec(line) ?? [];
    // Not the line itself: it may hold a secret.
    if (name === undefined) throw new BadSettings(`line ${at + 1} of ${file} is not of the form NAME=value`);
    const quote = /^["'`]/.exec(rest.trimStart())?.[0];
    if (quote === undefined) {
      // Only what stands behind white space is a comment: `abc#def` is a value.
      values[name] = rest.replace(/\s#.*$/s, '').trim();
      continue;
    }
    const first = at;
    let value = rest.trimStart().slice(1);
    let end = endOf(value, quote);
    while (end === undefined && at + 1 < lines.length) {
      value = `${value}\n${lines[++at]}`;
      end = endOf(value, quote);
    }
    if (end === undefined)
      throw new BadSettings(`line ${first + 1} of ${file}: what ${name} opens with ${quote} never ends`);
    values[name] = value.slice(0, end);
  }
  return values;
}

/** `undefined` while the quote has not ended. One in the middle of the value is no end. */
function endOf(value: string, quote: string): number | undefined {
  for (let at = value.indexOf(quote); at >= 0; at = value.indexOf(quote, at + 1)) {
    if (/^\s*$|^\s+#[^\n]*$/.test(value.slice(at + 1))) return at;
  }
  return undefined;
}
