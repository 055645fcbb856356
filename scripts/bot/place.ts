/** The inspection tool: where the bot runs, and its queues there. */
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { CannotRun } from './command.ts';

export interface Place {
  sqs: SQSClient;
  /** The queue that serverless.yml has under this id. */
  queueUrl(logicalId: string): Promise<string>;
}

/** As in serverless.yml; CloudFormation names a queue `<service>-<stage>-<id>-<something random>`. */
const SERVICE = 'claude-chat';
const DEFAULT_REGION = 'us-east-1';
/** The stand-ins' port is the fourth of the block that PORT moves. */
const DEFAULT_PORT = 3000;
const STACK_OFFSET = 3;

/** The stage on AWS, or without one the stack that runs on this machine. Throws `CannotRun` when there is none. */
export async function findPlace(stage: string | undefined, env: NodeJS.ProcessEnv): Promise<Place> {
  const region = env.AWS_REGION ?? DEFAULT_REGION;
  if (stage !== undefined) return placeOf(new SQSClient({ region }), (id) => `${SERVICE}-${stage}-${id}-`);
  const endpoint = await localEndpoint(Number(env.PORT?.trim() || DEFAULT_PORT) + STACK_OFFSET);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return placeOf(new SQSClient({ region, endpoint, credentials, useQueueUrlAsEndpoint: false }), (id) => id);
}

function placeOf(sqs: SQSClient, prefixOf: (logicalId: string) => string): Place {
  return {
    sqs,
    queueUrl: async (logicalId) => {
      const QueueNamePrefix = prefixOf(logicalId);
      const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix }));
      const [url, ...others] = QueueUrls;
      if (url !== undefined && others.length === 0) return url;
      throw new CannotRun(
        `${url ? 'More than one queue has' : 'No queue has'} a name that begins with ${QueueNamePrefix}.`,
      );
    },
  };
}

const stackShape = z.looseObject({ urls: z.looseObject({ sqs: z.url() }) });

async function localEndpoint(port: number): Promise<string> {
  const url = `http://localhost:${port}/stack`;
  try {
    return stackShape.parse(await (await fetch(url)).json()).urls.sqs;
  } catch {
    throw new CannotRun(`${url} does not answer: run \`npm start\` first, or name a deployed stage with --stage.`);
  }
}
