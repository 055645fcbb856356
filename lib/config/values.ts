/** Room of the settings: how one value of the environment is read; what is wrong is added to `problems`, never thrown. Pure. */
import { LANGUAGES, type Language, languageOfLocale } from '../text/languages.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Reads one group from `env`; what is wrong is added to `problems`, so that one error can name all of it. */
export type Group<T> = (env: Env, problems: string[]) => T;

/** The settings of a group, or `undefined` where none of the names that switch it on is set. */
export function optional<T>(switches: readonly string[], group: Group<T>): Group<T | undefined> {
  return (env, problems) => (switches.some((name) => env[name]?.trim()) ? group(env, problems) : undefined);
}

/** Controls, and what leaves no trace on the screen: it comes with what is copied from a page. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Without the space around it; `undefined` when nothing is left. */
export function text(env: Env, name: string, problems: string[]): string | undefined {
  const value = env[name]?.trim() || undefined;
  const hidden = INVISIBLE.exec(value ?? '')?.[0];
  if (hidden !== undefined) problems.push(`${name} holds ${codeOf(hidden)}, which cannot be seen: type it anew`);
  return value;
}

/** A character as it is written where it would not be seen. */
export function codeOf(character: string): string {
  return `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** As it stands; where it is missing the empty string, and a problem. */
export function required(env: Env, name: string, problems: string[]): string {
  const value = text(env, name, problems);
  if (value === undefined) problems.push(`${name} is missing`);
  return value ?? '';
}

/** The items between commas; `undefined` when there are none. */
export function list(env: Env, name: string, problems: string[]): string[] | undefined {
  text(env, name, problems);
  return itemsOf(env, name);
}

/** The same, whatever is in them. */
export function itemsOf(env: Env, name: string): string[] | undefined {
  const items = (env[name] ?? '').split(',').flatMap((item) => item.trim() || []);
  return items.length > 0 ? items : undefined;
}

/** Off unless it is switched on; anything but the usual words is a mistake. */
export function flag(env: Env, name: string, problems: string[]): boolean {
  const value = text(env, name, problems)?.toLowerCase() ?? 'off';
  if (['on', 'true', '1', 'yes'].includes(value)) return true;
  if (!['off', 'false', '0', 'no'].includes(value)) problems.push(`${name} must be on or off`);
  return false;
}

/** A whole number within `range`, both ends included, or `fallback` where nothing is set. */
export function whole<T extends number | undefined>(
  env: Env,
  name: string,
  fallback: T,
  problems: string[],
  range: { min: number; max: number },
): number | T {
  const value = text(env, name, problems);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (Number.isInteger(number) && number >= range.min && number <= range.max) return number;
  problems.push(`${name} must be a whole number from ${range.min} to ${range.max}`);
  return fallback;
}

/** US dollars; 0 means that there is no limit. */
export function usd(env: Env, name: string, fallback: number, problems: string[]): number {
  const value = text(env, name, problems);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (number >= 0 && number <= 1_000_000) return number;
  problems.push(`${name} must be an amount in US dollars from 0 to 1000000`);
  return fallback;
}

/** One of the words `allowed`, or `fallback` where nothing is set. */
export function oneOf<const T extends string>(
  env: Env,
  name: string,
  allowed: readonly T[],
  fallback: T | undefined,
  problems: string[],
): T | undefined {
  const value = text(env, name, problems);
  if (value === undefined) return fallback;
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) problems.push(`${name} must be one of ${allowed.join(', ')}`);
  return match;
}

/** The language of a locale; `undefined` where nothing is set, and for a language we do not speak, which is a problem. */
export function languageIn(env: Env, name: string, problems: string[]): Language | undefined {
  const value = text(env, name, problems);
  const language = languageOfLocale(value);
  if (value !== undefined && !language)
    problems.push(`${name} must be one of ${LANGUAGES.join(', ')}, or a locale of one, such as de-AT`);
  return language;
}
