/** The doctor: a deployed stage, as far as whoever calls it may look. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { Env } from '../../lib/config.ts';
import { platforms } from '../../lib/platforms/all.ts';
import { type Finding, ok, wrong } from '../../lib/platforms/kit/finding.ts';
import { checkStage } from '../stage/check-stage.ts';
import { explained } from '../stage/explain.ts';
import { outputsOf } from '../stage/outputs.ts';
import { readGroups } from '../stage/parameters.ts';
import { readStage, secretNames, secretsPath, stackName, useStage } from '../stage/stage.ts';

export interface Deployed {
  findings: Finding[];
  /** The settings as the functions have them; nothing when they could not be read. */
  env: Env;
  /** By the platform's name. */
  doors: Record<string, string>;
}

export async function checkDeployed(name: string, shell: Env): Promise<Deployed> {
  const stage = readStage(name, { shell });
  useStage(stage);
  const { region } = stage;
  const ssm = new SSMClient({ region });
  const { notes, problems } = await checkStage({ sts: new STSClient({ region }), ssm }, stage);
  const findings = [
    ...notes.map(ok),
    ...problems.map((problem) => wrong(problem, `put it right, then \`npm run deploy -- --stage ${name}\``)),
  ];
  try {
    const secrets: Env = Object.assign(
      {},
      ...(await readGroups(ssm, secretsPath(stage), [...secretNames([]).keys()])).values(),
    );
    const outputs = await outputsOf(new CloudFormationClient({ region }), stackName(stage));
    const doors = Object.entries(platforms).flatMap(([name, { operator }]) => {
      const url = outputs.find((output) => output.url.endsWith(operator.path))?.url;
      return url ? [[name, url] as const] : [];
    });
    const plain = Object.entries(stage.env).filter(([key]) => ![...secretNames([]).values()].flat().includes(key));
    return {
      findings: [...findings, ok(`the stack ${stackName(stage)} is there`)],
      env: { ...Object.fromEntries(plain), ...secrets, SECRETS_PATH: secretsPath(stage) },
      doors: Object.fromEntries(doors),
    };
  } catch (error) {
    // Already told where nobody is signed in.
    const what = explained(error);
    const isNew = !problems.includes(what);
    const more = isNew
      ? [wrong(what, `deploy it with \`npm run deploy -- --stage ${name}\`, or sign in to its account`)]
      : [];
    return { findings: [...findings, ...more], env: {}, doors: {} };
  }
}
