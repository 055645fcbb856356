/** The evals: what came of all runs, for people and for scripts. Pure. */
import { toTable } from '../../lib/text/table.ts';
import type { NamedCase } from './read-cases.ts';
import type { CaseRun, Failure } from './run-case.ts';

/** All runs of one case on one model. */
export interface CaseResult {
  of: Pick<NamedCase, 'bot' | 'name' | 'file'>;
  model: string;
  runs: CaseRun[];
}

/** Of all runs, from 0 to 1. */
export function passRate(results: readonly CaseResult[]): number {
  const runs = results.flatMap((result) => result.runs);
  return runs.filter(hasPassed).length / runs.length;
}

export function toJson(results: readonly CaseResult[], { isOffline }: { isOffline: boolean }): object {
  const cases = results.map(({ of, model, runs }) => ({
    ...{ bot: of.bot, case: of.name, file: of.file, model },
    ...{ runs: runs.length, passed: runs.filter(hasPassed).length, unjudged: sum(runs, 'unjudged') },
    ...{ usd: sum(runs, 'usd'), ms: sum(runs, 'ms') },
    failures: runs.flatMap(({ failures }, i) => failures.map((failure) => ({ run: i + 1, ...failure }))),
  }));
  return { isOffline, passRate: passRate(results), usd: cases.reduce((all, { usd }) => all + usd, 0), cases };
}

export function toText(results: readonly CaseResult[], { isOffline }: { isOffline: boolean }): string {
  const rows = results.map(({ of, model, runs }) => ({
    ...{ bot: of.bot, case: of.name, model },
    passed: `${runs.filter(hasPassed).length}/${runs.length}`,
    usd: (sum(runs, 'usd') / runs.length).toFixed(5),
    seconds: (sum(runs, 'ms') / runs.length / 1000).toFixed(1),
  }));
  const failed = results.flatMap(({ of, model, runs }) =>
    runs.flatMap(({ failures }, i) =>
      failures.map((failure) => failureText(`${of.bot}: ${of.name} (${model})`, i, failure)),
    ),
  );
  const unjudged = results.reduce((all, { runs }) => all + sum(runs, 'unjudged'), 0);
  const notes = [
    ...(isOffline
      ? [
          'Answered by the offline Claude, as ANTHROPIC_API_KEY is not set: it shows that the cases run, not how good a prompt is.',
        ]
      : []),
    ...(unjudged > 0
      ? [`NOT JUDGED, which needs ANTHROPIC_API_KEY: \`judge\` of ${unjudged} expectation${unjudged === 1 ? '' : 's'}.`]
      : []),
  ];
  const rate = passRate(results);
  const passed = `${(rate * 100).toFixed(0)} % of the runs passed.`;
  return [toTable(rows), ...failed, ...notes, passed].join('\n\n');
}

const SHOWN_CHARS = 400;

function failureText(name: string, run: number, { turn, problem, answer }: Failure): string {
  const words = answer.replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ');
  const shown = words.length > SHOWN_CHARS ? `${words.slice(0, SHOWN_CHARS).toWellFormed()} …` : words;
  return `✗ ${name}, run ${run + 1}, turn ${turn}: the answer ${problem}\n  ${shown}`;
}

function hasPassed({ failures }: CaseRun): boolean {
  return failures.length === 0;
}

function sum(runs: readonly CaseRun[], name: 'usd' | 'ms' | 'unjudged'): number {
  return runs.reduce((all, run) => all + run[name], 0);
}
