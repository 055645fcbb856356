/** Stop 8. What leaves a record before it is kept: secrets, contents of files, thinking signatures. Pure. */

import { withoutContacts } from './contacts.ts';

/** Sees every text of a record and gives what is kept of it. */
export type Redact = (text: string) => string;

const REMOVED = '[removed]';

/** What no word looks like: letters with digits among them, or capitals in the middle. */
const isRandom = (text: string) =>
  text
    .split(/[-_.~+/]/)
    .some(
      (piece) => piece.length >= 12 && (/\d/.test(piece) ? /[a-z]/i : /[a-z][A-Z]/).test(piece) && !WORDS.test(piece),
    );

/** Written as one, each with its capital. */
const WORDS = /^[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})+$/;

/**
 * Keys and tokens by their looks: the vendors' prefixes, JWTs, bearer headers, private keys, URL parameters, assignments. A word that
 * prose may use (`basic`, `bearer`, `password`) announces a secret only where what follows is no word.
 */
const SECRETS: readonly [RegExp, (match: string, lead?: string, value?: string) => string][] = [
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----)){0,8000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
    () => REMOVED,
  ],
  [/\b(?:sk|pk|rk)[-_][\w-]{16,}/g, (match) => (isRandom(match) ? REMOVED : match)],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, () => REMOVED],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abeoprs]-)[\w-]{16,}/g, () => REMOVED],
  [/\bAIza[\w-]{30,}/g, () => REMOVED],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, () => REMOVED],
  [/\b((?:Bearer|Basic)\s{1,8})([\w.~+/-]{16,}=*)/gi, keepWords(isRandom)],
  [/([?&][\w-]{0,40}(?:token|signature|secret|key)=)([^&\s"'<>)]+)/gi, (_, lead) => `${lead}${REMOVED}`],
  [
    /\b((?:api[_-]?key|access[_-]?key|secret|token|password|passwd)["']?\s{0,3}(?:=\s{0,3}["']?|:\s{0,3}["']))(?!\[removed\])([^\s"',;&]{6,})/gi,
    (_, lead) => `${lead}${REMOVED}`,
  ],
  [
    /\b((?:api[_-]?key|access[_-]?key|secret|token|password|passwd)\s{0,3}:\s{0,3})([^\s"',;&]{6,})/gi,
    keepWords((value) => /[^\p{L}\p{M}\p{P}]|[@#%&*_\\]/u.test(value)),
  ],
];

function keepWords(isSecret: (value: string) => boolean) {
  return (match: string, lead = '', value = '') => (isSecret(value) && value !== REMOVED ? `${lead}${REMOVED}` : match);
}

/** Pictures written into a text. */
const DATA_URI = /\bdata:[\w.+-]+\/[\w.+-]+;base64,[A-Za-z0-9+/=_-]+/g;

export const redactSecrets: Redact = (text) =>
  SECRETS.reduce((kept, [pattern, replace]) => kept.replace(pattern, replace), text.replace(DATA_URI, REMOVED));

/** E-mail addresses, telephone and card numbers, by their looks. */
export const redactContacts: Redact = withoutContacts;

/** Names whose text is a secret whatever it looks like. */
const SECRET_NAME =
  /^(?:authorization|password|passwd|secret|token|(?:.*[_-])?(?:api|access|secret|private)[_-]?key|.*[_-](?:token|secret))$/i;

/** Names whose text is an identifier: it may look like a phone number, and the record is found by it. */
const IDENTIFIERS = ['id', 'type', 'role', 'model', 'tool_use_id', 'user_id', 'request_id', 'media_type'];

/** The same object with `hook` applied to its texts, and without contents of files and thinking signatures. */
export function redacted<T extends object>(value: T, hook: Redact): object {
  return walk(value, '', hook) as object;
}

function walk(value: unknown, name: string, hook: Redact): unknown {
  if (typeof value === 'string') return textOf(value, name, hook);
  if (Array.isArray(value)) return value.map((item) => walk(item, name, hook));
  if (typeof value !== 'object' || value === null) return value;
  const type = 'type' in value ? value.type : undefined;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    if (key === 'signature' && type === 'thinking') return [];
    return [[key, key === 'data' && isOpaque(type, item) ? noteOf(item) : walk(item, key, hook)]];
  });
  return Object.fromEntries(entries);
}

function textOf(text: string, name: string, hook: Redact): string {
  if (SECRET_NAME.test(name)) return REMOVED;
  return IDENTIFIERS.includes(name) ? redactSecrets(text) : hook(text);
}

/** A picture or file in base64, or thinking that is encrypted. */
function isOpaque(type: unknown, data: unknown): data is string {
  return typeof data === 'string' && (type === 'base64' || type === 'redacted_thinking');
}

/** Files that are written out inside a record, replaced by a note, for a record that is too large otherwise. */
export function withoutFiles<T>(value: T): T {
  return strip(value) as T;
}

function strip(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(DATA_URI, REMOVED);
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const isFile = 'media_type' in value;
  const entries = Object.entries(value).map(([key, item]) => {
    return [key, isFile && key === 'data' && typeof item === 'string' ? noteOf(item) : strip(item)];
  });
  return Object.fromEntries(entries);
}

/** The same for a note, so that a second look does not note the note. */
function noteOf(data: string): string {
  return /^\[removed: \d+ characters\]$/.test(data) ? data : `[removed: ${data.length} characters]`;
}
