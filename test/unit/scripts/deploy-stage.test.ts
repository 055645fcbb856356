import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeployOptions, deployStage } from '../../../scripts/stage/deploy-stage.ts';
import { removeStage } from '../../../scripts/stage/remove-stage.ts';
import type { Stage } from '../../../scripts/stage/stage.ts';
import { ACCOUNT, type FakeAws, startFakeAws, TABLE } from '../../harness/fake-aws.ts';
import { type FakeSsm, startFakeSsm } from '../../harness/fake-ssm.ts';
import { folderOfBots } from '../../harness/two-bots.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const PATH = '/claude-chat/test';

let ssm: FakeSsm;
let aws: FakeAws;
let printed: string[];
let ran: string[];
/** Exit code by program. */
let codes: Record<string, number>;

beforeEach(async () => {
  ssm = await startFakeSsm({
    [`${PATH}/anthropic`]: { ANTHROPIC_API_KEY: 'key' },
    [`${PATH}/talkjs`]: { TALKJS_SECRET_KEY: 'secret' },
  });
  aws = await startFakeAws();
  aws.outputs = {
    TalkJSWebhookUrl: ['https://x.example.com/talkjs', 'Paste into the TalkJS dashboard'],
    ServerlessDeploymentBucketName: ['bucket', ''],
  };
  printed = [];
  ran = [];
  codes = {};
});

afterEach(() => {
  vi.unstubAllEnvs();
  return Promise.all([ssm.close(), aws.close()]);
});

const stageOf = (env: Stage['env'] = { TALKJS_APP_ID: 'app' }): Stage => ({
  name: 'test',
  region: 'eu-west-1',
  file: '.env',
  env,
});

const deps = () => ({
  sts: new STSClient({ endpoint: aws.url, region: 'eu-west-1' }),
  ssm: new SSMClient({ endpoint: ssm.url, region: 'eu-west-1', maxAttempts: 1 }),
  cloudFormation: new CloudFormationClient({ endpoint: aws.url, region: 'eu-west-1' }),
  run: async (program: string, args: readonly string[]) => {
    ran.push([program, ...args].join(' '));
    return codes[program] ?? 0;
  },
  print: (line: string) => void printed.push(line),
});

const deploy = (options: Partial<DeployOptions> = {}) =>
  deployStage(deps(), { stage: stageOf(), rest: [], isDryRun: false, ...options });

const failureOf = (work: Promise<void>) =>
  work.then(
    () => '',
    (error: Error) => error.message,
  );

describe('a deployment', () => {
  it('says who deploys where and which doors will be open, then deploys and prints the URLs', async () => {
    await deploy({ rest: ['--force'] });

    const said = printed.join('\n');
    expect(said).toContain(`account ${ACCOUNT}, region eu-west-1, as arn:aws:iam::${ACCOUNT}:user/ada`);
    expect(said).toMatch(/\/talkjs: on/);
    expect(said).toMatch(/\/botpress: off/);
    expect(said).toMatch(/https:\/\/x\.example\.com\/talkjs\n +Paste into the TalkJS dashboard/);
    expect(said).not.toContain('bucket');
    expect(ran).toEqual([
      'serverless deploy --stage test --region eu-west-1 --force',
      'npm run --if-present doctor -- --stage test',
    ]);
  });

  it('that lacks a secret begins with nothing, and says where it has to be', async () => {
    ssm.parameters.delete(`${PATH}/anthropic`);
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_WEBHOOK_SECRETS":"x"}');

    const failure = await failureOf(deploy({ stage: stageOf({ TALKJS_APP_ID: 'app', ANTHROPIC_API_KEY: 'here' }) }));

    expect(failure).toContain('ANTHROPIC_API_KEY is missing');
    expect(failure).toContain('TALKJS_SECRET_KEY is missing');
    expect(failure).toContain('npm run secrets -- --stage test');
    expect(printed.join('\n')).toContain('ANTHROPIC_API_KEY: in .env, but not in Parameter Store');
    expect(ran).toEqual([]);
  });

  it('that lacks what a bot names as a secret begins with nothing, and says which', async () => {
    const BOTS_DIR = folderOfBots({ default: 'Hello', sales: '---\nsecrets: [CRM_KEY, DESK_KEY]\n---\nHello' });
    vi.stubEnv('BOTS_DIR', BOTS_DIR);
    ssm.parameters.set(`${PATH}/bots`, '{"sales":{"DESK_KEY":"there"}}');
    const env = { TALKJS_APP_ID: 'app', CRM_KEY: 'of the file', BOTS_DIR };

    const failure = await failureOf(deploy({ stage: stageOf(env) }));
    const noted = printed.join('\n');
    ssm.parameters.set(`${PATH}/bots`, '{"sales":{"DESK_KEY":"there","CRM_KEY":"there"}}');
    await deploy({ stage: stageOf(env) });

    expect(failure).toContain('CRM_KEY is missing, which the bot sales names as a secret. Secrets come from Parameter');
    expect(failure).not.toContain('DESK_KEY');
    expect(noted).toContain('sales.CRM_KEY: in .env, but not in Parameter Store');
    expect(ran).toHaveLength(2);
    expect(printed.join('\n')).not.toContain('of the file');
  });

  it('whose keys have not the name under which a bot is to be reached says so, once there are keys', async () => {
    const BOTS_DIR = folderOfBots({ default: 'Hello', sales: '---\nhttp: [shop]\n---\nHello' });
    vi.stubEnv('BOTS_DIR', BOTS_DIR);
    const env = { TALKJS_APP_ID: 'app', BOTS_DIR };
    const key = 'k'.repeat(32);
    await deploy({ stage: stageOf(env) });
    ssm.parameters.set(`${PATH}/chat`, JSON.stringify({ CHAT_ACCESS_KEYS: `shpo=${key}` }));

    const failure = await failureOf(deploy({ stage: stageOf(env) }));
    ssm.parameters.set(`${PATH}/chat`, JSON.stringify({ CHAT_ACCESS_KEYS: `shop=${key}` }));
    await deploy({ stage: stageOf(env) });

    expect(failure).toContain('CHAT_ACCESS_KEYS has no key shop=…, which the bot sales names under http');
    expect(ran).toHaveLength(4);
  });

  it('of which only the secrets know that others are to be told asks for it in the file, too', async () => {
    const address = { EVENTS_WEBHOOK_URL: 'https://ops.example/x', EVENTS_WEBHOOK_FORMAT: 'slack' };
    ssm.parameters.set(`${PATH}/events`, JSON.stringify({ EVENTS_WEBHOOK_URL: address.EVENTS_WEBHOOK_URL }));
    const env = { TALKJS_APP_ID: 'app', EVENTS_WEBHOOK_FORMAT: 'slack' };

    const failure = await failureOf(deploy({ stage: stageOf(env) }));
    await deploy({ stage: stageOf({ ...env, ...address }) });

    expect(failure).toContain('EVENTS_WEBHOOK_URL is missing in the file');
    expect(ran).toHaveLength(2);
  });

  it('with a bot that is wrong names its file, and sends nobody to .env for it', async () => {
    const BOTS_DIR = folderOfBots({ default: '---\neffort: huge\n---\nHello' });
    const endpoints = { AWS_ENDPOINT_URL_SSM: ssm.url, AWS_ENDPOINT_URL_STS: aws.url };
    // In a process of its own: this one has loaded other bots.
    const options = { cwd: root, env: { ...process.env, ...endpoints, BOTS_DIR } };
    const deploying = promisify(execFile)(process.execPath, ['scripts/deploy.ts', '--dry-run'], options);

    const { stderr } = await deploying.catch((error: { stderr: string }) => error);

    expect(stderr).toMatch(/default\/bot\.md: effort must be one of [a-z, ]+\.\n/);
  });

  it('with settings that are wrong names all of them at once', async () => {
    const env = { MAX_INPUT_CHARS: 'many', TOOLS: 'calculator', HISTORY_STRATEGY: 'x' };

    const failure = await failureOf(deploy({ stage: stageOf(env) }));

    for (const name of ['MAX_INPUT_CHARS', 'TOOLS', 'HISTORY_STRATEGY', 'TALKJS_APP_ID is missing'])
      expect(failure).toContain(name);
    expect(ran).toEqual([]);
  });

  it('notices a secret that differs from the file, without a word of either', async () => {
    await deploy({ stage: stageOf({ TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: 'of the file' }) });

    const said = printed.join('\n');
    expect(said).toContain('TALKJS_SECRET_KEY: Parameter Store has another value than .env');
    expect(said).not.toMatch(/of the file|"?secret"?$/m);
  });

  it('without rights to the secrets begins with nothing', async () => {
    ssm.mood = 'denied';

    const failure = await failureOf(deploy());

    expect(failure).toContain('AccessDeniedException');
    expect(ran).toEqual([]);
  });

  it('that cannot ask AWS says what is wrong with the settings, too', async () => {
    ssm.mood = 'denied';

    const failure = await failureOf(
      deploy({ stage: stageOf({ ANTHROPIC_API_KEY: 'here', TALKJS_SECRET_KEY: 'here', HISTORY_STRATEGY: 'x' }) }),
    );

    expect(failure).toContain('AccessDeniedException');
    expect(failure).toContain('HISTORY_STRATEGY');
    expect(failure).toContain('TALKJS_APP_ID is missing');
    expect(failure).not.toContain('ANTHROPIC_API_KEY');
  });

  it('that fails asks no doctor', async () => {
    codes.serverless = 1;

    const failure = await failureOf(deploy());

    expect(failure).toBe('The deployment failed.');
    expect(ran).toHaveLength(1);
  });

  it('that the doctor finds ill is reported as such', async () => {
    codes.npm = 1;

    const failure = await failureOf(deploy());

    expect(failure).toContain('the doctor found something wrong');
  });

  it('is only checked by a dry run', async () => {
    await deploy({ isDryRun: true });

    expect(ran).toEqual([]);
    expect(printed.at(-1)).toContain('Nothing was deployed');
  });
});

describe('a removal', () => {
  it('tells which table and which secrets stay', async () => {
    await removeStage(deps(), stageOf());

    expect(ran).toEqual(['serverless remove --stage test --region eu-west-1']);
    expect(printed.join('\n')).toContain(TABLE);
    expect(printed.join('\n')).toContain(PATH);
  });
});
