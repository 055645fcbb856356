/** Deploys a stage: says what is missing and stops, or deploys, says which URLs to paste, and has the doctor look at it. */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CannotRun } from '../cannot-run.ts';
import { type CheckDeps, checkStage } from './check-stage.ts';
import { outputsOf } from './outputs.ts';
import { type Stage, stackName } from './stage.ts';

export interface DeployDeps extends CheckDeps {
  cloudFormation: CloudFormationClient;
  /** Runs a program of node_modules/.bin or npm in the terminal at hand; gives its exit code. */
  run(program: string, args: readonly string[]): Promise<number>;
  print(line: string): void;
}

export interface DeployOptions {
  stage: Stage;
  /** Handed on to the framework, as they are. */
  rest: readonly string[];
  isDryRun: boolean;
}

/** Throws `CannotRun` for what is missing, and when the deployment or the doctor failed. */
export async function deployStage(deps: DeployDeps, { stage, rest, isDryRun }: DeployOptions): Promise<void> {
  const { run, print } = deps;
  const { notes, problems } = await checkStage(deps, stage);
  for (const note of notes) print(`  ${note}`);
  if (problems.length > 0) {
    throw new CannotRun(['Not deployed. First:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
  if (isDryRun) return print('Nothing is missing. Nothing was deployed.');
  const where = ['--stage', stage.name, '--region', stage.region];
  if ((await run('serverless', ['deploy', ...where, ...rest])) !== 0) throw new CannotRun('The deployment failed.');
  print('');
  for (const { about, url } of await outputsOf(deps.cloudFormation, stackName(stage))) print(`  ${url}\n    ${about}`);
  print('');
  const doctor = await run('npm', ['run', '--if-present', 'doctor', '--', '--stage', stage.name]);
  if (doctor !== 0) throw new CannotRun('It is deployed, but the doctor found something wrong.');
}
