/** The evals: what was expected of an answer, and whether it is so. Pure. */
import { languageOf } from '../../lib/knowledge/languages.ts';
import type { Expectation } from './case.ts';
import type { Called } from './tools.ts';

/** What a turn came to. */
export interface Answered {
  text: string;
  /** Files of the bot's knowledge that it cites. */
  cites: readonly string[];
  calls: readonly Called[];
  usd: number;
}

/** In words what is not as expected; `judge` is not looked at here. */
export function unmet({ judge: _, ...expectation }: Expectation, answered: Answered): string[] {
  return Object.entries(expectation).flatMap(([name, wanted]) => {
    const problem = CHECKS[name as keyof typeof CHECKS](wanted as never, answered);
    return problem === undefined ? [] : [problem];
  });
}

type Check<Name extends keyof Expectation> = (
  wanted: NonNullable<Expectation[Name]>,
  answered: Answered,
) => string | undefined;

const CHECKS: { readonly [Name in Exclude<keyof Expectation, 'judge'>]-?: Check<Name> } = {
  contains: (wanted, { text }) => {
    const missing = listOf(wanted).filter((words) => !holds(text, words));
    return missing.length > 0 ? `does not contain ${quoted(missing)}` : undefined;
  },
  notContains: (wanted, { text }) => {
    const there = listOf(wanted).filter((words) => holds(text, words));
    return there.length > 0 ? `contains ${quoted(there)}` : undefined;
  },
  matches: (wanted, { text }) => (new RegExp(wanted, 'u').test(text) ? undefined : `does not match /${wanted}/`),
  cites: (wanted, { cites }) =>
    cites.includes(wanted) ? undefined : `does not cite ${wanted}, but ${cites.join(', ') || 'nothing'}`,
  calls: (wanted, { calls }) => {
    const { name, input = {} } = typeof wanted === 'string' ? { name: wanted } : wanted;
    const same = calls.filter((call) => call.name === name);
    if (same.some((call) => isWithin(input, call.input))) return undefined;
    if (same.length === 0)
      return `does not call ${name}, but ${calls.map((call) => call.name).join(', ') || 'no tool'}`;
    return `calls ${name} with ${same.map((call) => JSON.stringify(call.input)).join(', ')}, not with ${JSON.stringify(input)}`;
  },
  language: (wanted, { text }) => {
    const found = languageOf(text);
    return found === wanted ? undefined : `is in ${found}, not in ${wanted}`;
  },
  maxUsd: (wanted, { usd }) => (usd <= wanted ? undefined : `costs $${usd.toFixed(5)}, more than $${wanted}`),
  maxWords: (wanted, { text }) => {
    const words = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)];
    const count = words.filter(({ isWordLike }) => isWordLike).length;
    return count <= wanted ? undefined : `has ${count} words, more than ${wanted}`;
  },
};

function listOf(wanted: string | readonly string[]): readonly string[] {
  return typeof wanted === 'string' ? [wanted] : wanted;
}

/** Letters of either case, white space of any kind. */
function holds(text: string, words: string): boolean {
  const plain = (one: string) => one.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
  return plain(text).includes(plain(words));
}

/** Every value of `part` is in `whole`; lists item by item. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole;
  if (typeof whole !== 'object' || whole === null || Array.isArray(part) !== Array.isArray(whole)) return false;
  return Object.entries(part).every(([key, value]) => isWithin(value, (whole as Record<string, unknown>)[key]));
}

function quoted(all: readonly string[]): string {
  return all.map((words) => JSON.stringify(words)).join(', ');
}
