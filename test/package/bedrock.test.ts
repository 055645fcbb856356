import { expect, inject, it } from 'vitest';
import { type Packaged, readPackage } from '../harness/packaged.ts';

type Statement = { Action: string[]; Resource: unknown };

/** What each role may do of what asking Claude needs, as text. */
function rightsIn({ template }: Packaged): Record<string, string[]> {
  const roles = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
  const found = roles.map(([id, { Properties = {} }]) => {
    const policies = Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[];
    const all = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    return [id, all.map((one) => JSON.stringify(one)).filter((text) => /bedrock|\/anthropic"/.test(text))] as const;
  });
  return Object.fromEntries(found.filter(([, rights]) => rights.length > 0));
}

const clientIn = ({ unzip }: Packaged) =>
  [...unzip('reply.zip')].filter(([, content]) => content().includes('bedrock-runtime')).length;

it('with Bedrock, who answers may ask for its models, nobody may read a key of Anthropic’s, and the client is there', async () => {
  const packaged = await readPackage(inject('packages').full);

  const rights = rightsIn(packaged);
  expect(Object.keys(rights).sort()).toEqual(['ChatRole', 'ReplyRole']);
  for (const [statement, ...others] of Object.values(rights)) {
    expect(others).toEqual([]);
    expect(JSON.parse(statement ?? '').Action).toEqual([
      'bedrock:InvokeModel',
      'bedrock:InvokeModelWithResponseStream',
    ]);
    expect(statement).toContain(':inference-profile/eu.anthropic.claude-');
    expect(statement).not.toContain('ssm');
  }
  expect(clientIn(packaged)).toBeGreaterThan(0);
});

it('without it, they may read the key, and nothing of Bedrock is there', async () => {
  const packaged = await readPackage(inject('packages').usual);

  const rights = Object.values(rightsIn(packaged)).flat().join('\n');
  expect(rights).toContain('ssm:GetParameters');
  expect(rights).not.toContain('bedrock');
  expect(clientIn(packaged)).toBe(0);
});
