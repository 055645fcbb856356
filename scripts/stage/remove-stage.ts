/** Removes a stage, and says what stays. */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CannotRun } from '../cannot-run.ts';
import type { DeployDeps } from './deploy-stage.ts';
import { tableOf } from './outputs.ts';
import { type Stage, secretsPath, stackName } from './stage.ts';

export interface RemoveDeps extends Pick<DeployDeps, 'run' | 'print'> {
  cloudFormation: CloudFormationClient;
}

/** The table has to be looked up before: afterwards no stack knows its name. Throws `CannotRun` when the removal failed. */
export async function removeStage({ cloudFormation, run, print }: RemoveDeps, stage: Stage): Promise<void> {
  const table = await tableOf(cloudFormation, stackName(stage));
  const code = await run('serverless', ['remove', '--stage', stage.name, '--region', stage.region]);
  if (code !== 0) throw new CannotRun('The removal failed.');
  print(`The conversations stay in the table ${table}. A new deployment makes a new table and does not look at it.`);
  print(`The secrets stay under ${secretsPath(stage)} in Parameter Store.`);
}
