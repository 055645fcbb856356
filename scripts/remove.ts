/** `npm run remove -- --stage <name>`: takes the stack away, but not the conversations in its table, nor the secrets. */
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CannotRun } from './cannot-run.ts';
import { explained } from './stage/explain.ts';
import { runProgram } from './stage/programs.ts';
import { removeStage } from './stage/remove-stage.ts';
import { readStage, useStage } from './stage/stage.ts';

const USAGE = 'npm run remove -- --stage <name> [--region <name>]';

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(explained(error));
  process.exitCode = 1;
}

async function run(args: string[]): Promise<void> {
  const { stage: name, region } = read(args);
  if (name === undefined) throw new CannotRun(USAGE);
  const stage = readStage(name, { region, shell: process.env });
  useStage(stage);
  const cloudFormation = new CloudFormationClient({ region: stage.region });
  await removeStage({ cloudFormation, run: runProgram, print: console.log }, stage);
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: { stage: { type: 'string' }, region: { type: 'string' } } }).values;
  } catch {
    throw new CannotRun(USAGE);
  }
}
