/** `npm run secrets -- --stage <name>`: brings the secrets of .env to a deployed stage. */
import { parseArgs } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { CannotRun } from './cannot-run.ts';
import { explained } from './stage/explain.ts';
import { putSecrets, wrongSecrets } from './stage/put-secrets.ts';
import { botsOf, readStage, secretNames, secretsPath, useStage } from './stage/stage.ts';

const USAGE = `npm run secrets -- --stage <name> [NAME …] [--remove NAME …] [--dry-run] [--region <name>]
  NAME       only these; otherwise all that .env.<stage> (or, without that file, .env) and the shell have
  --remove   takes one away
  --dry-run  says what would change`;

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(explained(error));
  process.exitCode = 1;
}

async function run(argv: string[]): Promise<void> {
  const { values, positionals } = read(argv);
  if (values.stage === undefined) throw new CannotRun(USAGE);
  const stage = readStage(values.stage, { region: values.region, shell: process.env });
  useStage(stage);
  console.log(`From ${stage.file} and the shell to Parameter Store in ${stage.region}.`);
  const wrong = await wrongSecrets(stage);
  if (wrong.length > 0) throw new CannotRun(`Nothing was written: ${wrong.join('; ')}.`);
  const ssm = new SSMClient({ region: stage.region });
  await putSecrets(
    { ssm, print: console.log },
    {
      path: secretsPath(stage),
      names: secretNames(botsOf(stage.env)),
      env: stage.env,
      only: positionals,
      remove: values.remove ?? [],
      isDryRun: values['dry-run'] ?? false,
    },
  );
}

function read(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        stage: { type: 'string' },
        region: { type: 'string' },
        remove: { type: 'string', multiple: true },
        'dry-run': { type: 'boolean' },
      },
    });
  } catch {
    throw new CannotRun(USAGE);
  }
}
