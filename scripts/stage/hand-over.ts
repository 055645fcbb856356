/** Gives the functions that are packaged their settings, and stops before anything is built with settings they could not start with. */
import { DEFAULT_STAGE } from '../../local/env-file.ts';
import { findProblems } from '../../local/openings.ts';
import type { Service } from '../../local/service.ts';
import { besides, places } from '../../local/settings.ts';
import { environmentOf, sizeProblem } from './environment.ts';
import { readStage, secretNames, useStage } from './stage.ts';

/**
 * After the framework has resolved its variables, so that `${…}` in a setting stays what it is. Ends the process with one sentence
 * for what is wrong. Secrets are not looked at: a deployed function has them from Parameter Store.
 */
export async function handSettingsOver(service: Service, { stage: name = DEFAULT_STAGE }): Promise<void> {
  const stage = readStage(name, { shell: process.env });
  useStage(stage);
  const secret = [...secretNames([]).values()].flat();
  const environment = environmentOf(stage);
  const found = await findProblems({ ...places(), ...environment });
  const problems = [
    ...found.filter((problem) => !isMissingSecret(problem, secret)),
    ...besides(stage.env),
    ...sizeProblem(...service.getAllFunctions().map((key) => environmentIn(service, key, environment))),
  ];
  if (problems.length > 0) {
    process.stderr.write(`Wrong settings, from ${stage.file} or the shell: ${[...new Set(problems)].join('; ')}.\n`);
    process.exit(1);
  }
  service.provider.environment = { ...service.provider.environment, ...environment };
}

function isMissingSecret(problem: string, secret: readonly string[]): boolean {
  return problem.endsWith(' is missing') && secret.some((name) => problem.startsWith(name));
}

function environmentIn(service: Service, key: string, environment: Record<string, string>): Record<string, unknown> {
  return { ...environment, ...service.provider.environment, ...service.getFunction(key).environment };
}
