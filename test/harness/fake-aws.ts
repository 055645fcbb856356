/** STS and CloudFormation on loopback, as far as the scripts ask them: both speak XML to a form. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeAws {
  url: string;
  /** Key → [value, description]. */
  outputs: Record<string, [string, string]>;
  close(): Promise<void>;
}

export const ACCOUNT = '123456789012';
export const TABLE = 'claude-chat-test-Table-1A2B3C';

export async function startFakeAws(): Promise<FakeAws> {
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action') ?? '';
    const result = resultOf(action, fake.outputs);
    const xml = `<${action}Response xmlns="https://example.com/"><${action}Result>${result}</${action}Result></${action}Response>`;
    response.writeHead(result === '' ? 400 : 200, { 'content-type': 'text/xml' }).end(xml);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const fake: FakeAws = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    outputs: {},
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return fake;
}

function resultOf(action: string, outputs: FakeAws['outputs']): string {
  if (action === 'GetCallerIdentity')
    return `<Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/ada</Arn><UserId>U</UserId>`;
  if (action === 'DescribeStackResource')
    return `<StackResourceDetail><PhysicalResourceId>${TABLE}</PhysicalResourceId></StackResourceDetail>`;
  if (action !== 'DescribeStacks') return '';
  const members = Object.entries(outputs).map(([key, [value, about]]) => {
    const description = about ? `<Description>${about}</Description>` : '';
    return `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue>${description}</member>`;
  });
  return `<Stacks><member><StackName>s</StackName><Outputs>${members.join('')}</Outputs></member></Stacks>`;
}
