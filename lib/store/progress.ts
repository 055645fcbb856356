/** The table, of the reconciler: since when it watches, and how far it came. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Dynamo, unavailable } from './dynamo.ts';

export interface Progress {
  /** When it ran for the first time (ms): nothing that was said before is its business. */
  watchedSince: number;
  /** When the conversation it got to was last active (ms), if it had to stop there. */
  position: number | undefined;
}

const Key = { pk: 'RECONCILE', sk: '-' };

/** How far the reconciler has come. Throws `Later` when the table does not answer. */
export function openProgress(dynamo: Dynamo, TableName: string) {
  return {
    /** The first call ever sets the beginning. */
    async begin(now: number): Promise<Progress> {
      const { Attributes } = await send({
        UpdateExpression: 'SET watchedSince = if_not_exists(watchedSince, :now)',
        ExpressionAttributeValues: { ':now': now },
        ReturnValues: 'ALL_NEW',
      });
      const position = typeof Attributes?.at === 'number' ? Attributes.at : undefined;
      return { watchedSince: Number(Attributes?.watchedSince), position };
    },

    /** `undefined` when it came to the end. */
    async keep(position: number | undefined): Promise<void> {
      const names = { ExpressionAttributeNames: { '#at': 'at' } };
      await send(
        position === undefined
          ? { UpdateExpression: 'REMOVE #at', ...names }
          : { UpdateExpression: 'SET #at = :at', ...names, ExpressionAttributeValues: { ':at': position } },
      );
    },
  };

  async function send(input: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>) {
    return dynamo.send(new UpdateCommand({ TableName, Key, ...input })).catch(unavailable);
  }
}
