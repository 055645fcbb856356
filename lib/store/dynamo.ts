/** The table, where it is reached: opened here, and here alone is said what it means when it did not do what it was asked. */
import { ConditionalCheckFailedException, DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { waits } from '../bounds.ts';
import { Later, Unstorable } from '../errors.ts';

export type Dynamo = DynamoDBDocumentClient;

/** The one client of DynamoDB; address and credentials as the SDK finds them in the environment. */
export function openDynamo(): Dynamo {
  const requestHandler = { requestTimeout: waits.table, throwOnRequestTimeout: true };
  const client = new DynamoDBClient({ requestHandler });
  // It copies all that was read and written, for a log that nobody has.
  client.middlewareStack.remove('loggerMiddleware');
  return DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
}

/**
 * For `.catch`: throws `Unstorable` when the table will never take what was sent, and `Later` for everything else, since an outage,
 * a throttle and a missing right all end some time. The message of the error may quote values, so only its class goes on.
 */
export function unavailable(error: unknown): never {
  if (error instanceof DynamoDBServiceException && error.name === 'ValidationException') {
    throw new Unstorable('the table does not take it', { cause: error });
  }
  throw new Later('the table did not answer', { cause: error });
}

/** What was written, or `undefined` when the condition was not met. Throws as `unavailable` does. */
export async function unlessRefused<T>(write: Promise<T>): Promise<T | undefined> {
  return write.catch((error: unknown) => {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    return unavailable(error);
  });
}
