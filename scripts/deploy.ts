/** `npm run deploy -- --stage <name>`: what else is given goes to `serverless deploy`. */
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { DEFAULT_STAGE } from '../local/env-file.ts';
import { CannotRun } from './cannot-run.ts';
import { deployStage } from './stage/deploy-stage.ts';
import { explained } from './stage/explain.ts';
import { runProgram } from './stage/programs.ts';
import { readStage, useStage } from './stage/stage.ts';

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(explained(error));
  process.exitCode = 1;
}

async function run(args: string[]): Promise<void> {
  const options = { stage: { type: 'string' }, region: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const;
  const { values, tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const ours = tokens.flatMap((token) => {
    if (token.kind !== 'option' || !(token.name in options)) return [];
    return token.inlineValue === false ? [token.index, token.index + 1] : [token.index];
  });
  const { stage: name = DEFAULT_STAGE, region } = values;
  if (typeof name !== 'string') throw new CannotRun('--stage wants a name.');
  if (typeof region === 'boolean') throw new CannotRun('--region wants a name.');
  const stage = readStage(name, { region, shell: process.env });
  useStage(stage);
  process.env.AWS_REGION = stage.region; // the doctor has no option for it
  console.log(`Stage ${stage.name}, settings from ${stage.file} and the shell:`);
  await deployStage(
    {
      sts: new STSClient({ region: stage.region }),
      ssm: new SSMClient({ region: stage.region }),
      cloudFormation: new CloudFormationClient({ region: stage.region }),
      run: runProgram,
      print: console.log,
    },
    { stage, rest: args.filter((_, i) => !ours.includes(i)), isDryRun: values['dry-run'] === true },
  );
}
