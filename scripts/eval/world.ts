/** The evals: a table in this process, and Claude: the real one with a key, else the offline one. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openClaude } from '../../lib/claude/ask.ts';
import type { Client } from '../../lib/claude/call.ts';
import { type Env, readSettings, type Settings } from '../../lib/config.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { startEmulators } from '../../local/emulators.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { createTable } from '../../local/table.ts';

const TABLE = 'evals';

export interface EvalWorld {
  store: Store;
  client: Client | Promise<Client>;
  settings: Settings<'claude' | 'history' | 'botSecrets' | 'speech'>;
  isOffline: boolean;
  close(): Promise<void>;
}

/** Throws `BadSettings`. */
export async function openWorld(env: Env, now: () => number): Promise<EvalWorld> {
  const isOffline = !env.ANTHROPIC_API_KEY?.trim() && env.CLAUDE_PROVIDER?.trim() !== 'bedrock';
  const claude = isOffline ? await serve({ claude: createClaude().handle }) : undefined;
  const offline = claude ? { ANTHROPIC_API_KEY: 'offline', ANTHROPIC_BASE_URL: `${claude.url}/claude` } : {};
  const settings = readSettings({ ...env, ...offline }, ['claude', 'history', 'botSecrets', 'speech']);
  const emulators = await startEmulators();
  const dynamo = new DynamoDBClient({
    endpoint: emulators.endpoints.AWS_ENDPOINT_URL_DYNAMODB,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await createTable(dynamo, TABLE);
  const documents = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  return {
    store: openStore(documents, TABLE, now),
    client: openClaude(settings.claude),
    settings,
    isOffline,
    close: async () => {
      dynamo.destroy();
      await Promise.all([emulators.stop(), claude?.close()]);
    },
  };
}
