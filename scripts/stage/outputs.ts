/** What a deployed stage's stack says of itself. */
import {
  type CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';

export interface Output {
  about: string;
  url: string;
}

/** Where to paste which URL, as serverless.yml describes its outputs; those of the framework itself are left out. */
export async function outputsOf(cloudFormation: CloudFormationClient, stack: string): Promise<Output[]> {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks[0]?.Outputs ?? [];
  return outputs.flatMap(({ OutputKey = '', OutputValue, Description }) =>
    OutputKey.endsWith('Url') && OutputValue && Description ? [{ about: Description, url: OutputValue }] : [],
  );
}

/** The name that AWS gave to the table. */
export async function tableOf(cloudFormation: CloudFormationClient, stack: string): Promise<string | undefined> {
  const command = new DescribeStackResourceCommand({ StackName: stack, LogicalResourceId: 'Table' });
  const { StackResourceDetail } = await cloudFormation.send(command);
  return StackResourceDetail?.PhysicalResourceId;
}
