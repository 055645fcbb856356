/** The evals: `bots/<bot>/cases/*.yaml` → cases, or one error that names file and line of everything that is wrong. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import type { Bot } from '../../lib/bots/bot.ts';
import { CannotRun } from '../cannot-run.ts';
import { type Case, caseShape } from './case.ts';

/** A case, of which bot it is, and where it stands. */
export interface NamedCase extends Case {
  bot: string;
  file: string;
  /** File and line. */
  place: string;
}

type About = Pick<Bot, 'name' | 'context'>;

/** `folder` is that of all bots. Throws `CannotRun`. */
export function readCases(folder: string, bots: readonly About[]): NamedCase[] {
  const problems: string[] = [];
  const cases = bots.flatMap((bot) => {
    const own = path.join(folder, bot.name, 'cases');
    const files = existsSync(own) ? readdirSync(own).filter((name) => /\.ya?ml$/.test(name)) : [];
    return files.sort().flatMap((file) => readFile(path.join(own, file), bot, problems));
  });
  const twice = cases.filter((one, i) => cases.findIndex(({ bot, name }) => bot === one.bot && name === one.name) < i);
  problems.push(...twice.map(({ place, name }) => `${place}: another case of this bot is named "${name}"`));
  if (problems.length > 0) throw new CannotRun(problems.join('\n'));
  return cases;
}

function readFile(file: string, bot: About, problems: string[]): NamedCase[] {
  const shown = path.relative(process.cwd(), file);
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const at = (offset: number) => `${shown}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    problems.push(...document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message.split('\n')[0]}`));
    return [];
  }
  const whereOf = (keys: readonly PropertyKey[]): string => {
    for (let length = keys.length; length > 0; length--) {
      const node = document.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return at(0);
  };
  const read = z.array(caseShape).safeParse(document.toJS({ maxAliasCount: 20 }));
  if (!read.success) problems.push(...read.error.issues.flatMap((issue) => explained(issue, whereOf)));
  const cases = read.data ?? [];
  for (const [i, { context = {} }] of cases.entries()) {
    const foreign = Object.keys(context).filter((name) => !bot.context.includes(name));
    for (const name of foreign)
      problems.push(`${whereOf([i, 'context', name])}: ${name} is not in the context of the bot ${bot.name}`);
  }
  return cases.map((one, i) => ({ ...one, bot: bot.name, file: shown, place: whereOf([i, 'name']) }));
}

function explained(issue: z.core.$ZodIssue, whereOf: (keys: readonly PropertyKey[]) => string): string[] {
  const place = issue.path.filter((key) => typeof key === 'string').join('.') || 'the file';
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(
      (key) => `${whereOf([...issue.path, key])}: ${key} is no key of ${place === 'the file' ? 'a case' : place}`,
    );
  return [`${whereOf(issue.path)}: ${place}: ${issue.message}`];
}
