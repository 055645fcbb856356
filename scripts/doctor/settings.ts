/** The doctor: every setting, with what it is for where it is wrong. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Env, type GroupName, groups } from '../../lib/config.ts';
import { platforms } from '../../lib/platforms/all.ts';
import { type Finding, off, ok, wrong } from '../../lib/platforms/kit/finding.ts';
import { findProblems } from '../../local/openings.ts';
import { besides, places, settingNames, unknownKeys, unsetSecrets } from '../../local/settings.ts';
import { isOfBots, readableBots } from '../stage/stage.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Read by serverless.yml or the local stack, not by the functions. */
const BESIDE = ['PORT', 'DATA_DIR', 'BURST_WINDOW_SECONDS', 'CHAT_ACCESS_KEYS'];

const THERE = 'put it right there';

/** What each optional group switches on. */
const DOORS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(platforms).map(([name, { operator }]) => [name, operator.title])),
  chatApi: 'our Chat API',
  operator: "the operator's door",
  reconify: 'Reconify',
  otel: 'OpenTelemetry',
};

/** `env` holds the settings of the functions; `given` is what somebody wrote, which is looked at for names that do not exist. */
export async function checkSettings(env: Env, given: Env): Promise<Finding[]> {
  const meanings = readMeanings();
  const all = { ...places(), ...env };
  const problems = [...(await findProblems(all)), ...besides(given)];
  const bots = readableBots(given);
  return [
    ...problems.map((problem) => wrong(problem, isOfBots(problem, given) ? THERE : meaningOf(problem, meanings))),
    ...[...unsetSecrets(given, bots), ...unknownKeys(given, bots)].map((what) => wrong(what, 'set it in .env')),
    ...Object.entries(given).flatMap(([name, value = '']) => checkName(name, value, [...meanings.keys()])),
    ...doorsOf(all),
  ];
}

/** By name, from .env.example: the one place where every setting is explained. */
function readMeanings(): Map<string, string> {
  const example = readFileSync(path.join(root, '.env.example'), 'utf8');
  const lines = [...example.matchAll(/^# ([A-Z_]+)=\S* +# (?:\(secret\) )?(.+)$/gm)];
  return new Map(lines.map(([, name = '', meaning = '']) => [name, meaning]));
}

function meaningOf(problem: string, meanings: ReadonlyMap<string, string>): string {
  const names = problem.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
  const told = names.flatMap((name) => (meanings.has(name) ? `${name}: ${meanings.get(name)}` : []));
  return `put it right in .env${told.length > 0 ? ` (${told.join('; ')})` : ''}`;
}

/** Every setting of ours begins like one of these; other programs have their own names. */
const OURS =
  /^(ANTHROPIC|BEDROCK|CLAUDE|TALKJS|BOTPRESS|CHAT|RECONIFY|OTEL|OPERATOR|HISTORY|SYSTEM|USER_|TOTAL_|HUMAN|HANDOFF|WEBHOOK|BURST|ATTACHMENT|ALLOWED|MAX_INPUT|EVENTS)/;

function checkName(name: string, value: string, known: readonly string[]): Finding[] {
  const names = new Set([...settingNames(), ...BESIDE, ...known]);
  if (names.has(name)) {
    const isExample = value.includes('...');
    return isExample ? [wrong(`${name} still has the value of .env.example`, 'set the real one, or leave it out')] : [];
  }
  if (!OURS.test(name)) return [];
  const close = [...names].map((candidate) => ({ candidate, steps: distance(name, candidate) }));
  const best = close.toSorted((a, b) => a.steps - b.steps)[0];
  // Others may have settings that begin like ours.
  if (!best || best.steps > MOST_STEPS) return [];
  return [wrong(`${name} is no setting`, `did you mean ${best.candidate}?`)];
}

/** Further apart they are not the same word misspelt. */
const MOST_STEPS = 3;

/** Letters to change, add or leave out to get from one to the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function doorsOf(env: Env): Finding[] {
  return Object.entries(DOORS).map(([name, title]) => {
    const isOn = name in groups && groups[name as GroupName](env, []) !== undefined;
    return isOn ? ok(`${title} is set up`) : off(`${title} is not set up: its door answers that it is not there`);
  });
}
