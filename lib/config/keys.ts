/** Room of the settings: keys, which are never shown. Pure. */
import { codeOf, type Env, itemsOf } from './values.ts';

/** A secret, as it stands. What is outside of ASCII got there while it was copied: no service gives out such a key. */
export function key(env: Env, name: string, problems: string[]): string | undefined {
  const value = env[name]?.trim() || undefined;
  if (value !== undefined) checkKey(value, name, problems);
  return value;
}

/** A key that must be there; where it is missing the empty string, and a problem. */
export function requiredKey(env: Env, name: string, problems: string[]): string {
  const value = key(env, name, problems);
  if (value === undefined) problems.push(`${name} is missing`);
  return value ?? '';
}

/** The keys between commas; `undefined` when there are none. */
export function keys(env: Env, name: string, problems: string[]): string[] | undefined {
  const items = itemsOf(env, name);
  for (const item of items ?? []) checkKey(item, name, problems);
  return items;
}

/** With fewer characters somebody who has one thing that it signed finds it by trying. */
const MIN_CHOSEN = 32;

/** A key that the operator chose, not a vendor: on a deployed stage it has to be long enough. */
export function chosenKey(env: Env, name: string, problems: string[]): string | undefined {
  const value = key(env, name, problems);
  checkLength(env, name, value === undefined ? [] : [value], problems);
  return value;
}

/** The same for several between commas. */
export function chosenKeys(env: Env, name: string, problems: string[]): string[] | undefined {
  const items = keys(env, name, problems);
  checkLength(env, name, items ?? [], problems);
  return items;
}

/** A name is told from the beginning of a key by the number of characters behind it. */
const NAMED = /^([a-z][a-z0-9-]{0,31})=(.{16,})$/;

/** A name with too little behind it to be one of these; the `=` at the end of a key in base64 are its own. */
const NAMED_SHORT = /^[a-z][a-z0-9-]{0,31}=[^=].{0,14}$/;

export interface NamedKey {
  key: string;
  name?: string | undefined;
}

/** Keys that may have a name in front, `name=key`. */
export function namedKeys(env: Env, name: string, problems: string[]): NamedKey[] | undefined {
  const all = keys(env, name, problems);
  if (all?.some((item) => NAMED_SHORT.test(item)))
    problems.push(
      `${name} has a name in front of a key of fewer than 16 characters: make the key longer, or leave the name out`,
    );
  const items = all?.map((item): NamedKey => {
    const [, name, key = item] = NAMED.exec(item) ?? [];
    return name === undefined ? { key } : { key, name };
  });
  checkLength(env, name, items?.map(({ key }) => key) ?? [], problems);
  return items;
}

/**
 * Headers as OpenTelemetry writes them, `name=value,name=value`, values percent-encoded or plain
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter, W3C Baggage).
 */
export function headers(env: Env, name: string, problems: string[]): Readonly<Record<string, string>> {
  const pairs = (keys(env, name, problems) ?? []).map((item) => {
    const [, header = '', value = ''] = HEADER.exec(item) ?? [];
    return [header.toLowerCase(), decoded(value)] as const;
  });
  if (pairs.some(([header, value]) => header === '' || value === undefined))
    problems.push(`${name} must look like name=value,name=value, with % in a value written as %25`);
  return Object.fromEntries(pairs.map(([header, value = '']) => [header, value]));
}

const HEADER = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*(.+)$/;

function decoded(value: string): string | undefined {
  try {
    const plain = decodeURIComponent(value);
    return /^[\x20-\x7e]*$/.test(plain) ? plain : undefined;
  } catch {
    return undefined;
  }
}

function checkLength(env: Env, name: string, values: readonly string[], problems: string[]): void {
  if (!env.SECRETS_PATH || values.every(({ length }) => length >= MIN_CHOSEN)) return;
  const what = `${name} must have at least ${MIN_CHOSEN} characters on a deployed stage`;
  problems.push(`${what}: \`openssl rand -hex 32\` makes such a key`);
}

function checkKey(value: string, name: string, problems: string[]): void {
  const strange = /[^\x20-\x7e]/u.exec(value)?.[0];
  if (strange !== undefined) problems.push(`${name} holds ${codeOf(strange)}, which no key has: copy it anew`);
}
