import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build/build.mjs';

/** A door that answers within 5 s has no time to load more. */
const MAX_INGEST_BYTES = 300_000;

interface Bundle {
  bytes: number;
  /** Package names and own files, of which at least a byte is in the bundle. */
  packages: Set<string>;
  files: string[];
}

let bundles: Record<string, Bundle>;

beforeAll(async () => {
  const outdir = await mkdtemp(path.join(tmpdir(), 'bundles-'));
  const { metafile } = await build({ outdir });
  await rm(outdir, { recursive: true });
  const entries = Object.entries(metafile.outputs).map(([file, { bytes, inputs }]) => {
    const files = Object.keys(inputs).filter((input) => (inputs[input]?.bytesInOutput ?? 0) > 0);
    return [
      path.parse(file).name,
      { bytes, files, packages: new Set(files.flatMap((input) => packageOf(input) ?? [])) },
    ];
  });
  bundles = Object.fromEntries(entries);
  console.table(Object.fromEntries(Object.entries(bundles).map(([name, { bytes }]) => [name, { bytes }])));
});

describe('the bundles', () => {
  it('are small where a webhook waits, and hold neither the Anthropic SDK nor a DynamoDB client', () => {
    const ingest = Object.values(bundles).filter(({ files }) => files.includes('lib/app/ingest.ts'));

    expect(ingest.length).toBeGreaterThan(0);
    for (const { bytes, packages } of ingest) {
      expect([...packages].filter((name) => /anthropic|dynamodb/.test(name))).toEqual([]);
      expect(bytes).toBeLessThan(MAX_INGEST_BYTES);
    }
  });

  it('show what they hold: the worker has Claude, the table and the queue in it', () => {
    const { packages } = bundles.reply ?? { packages: new Set() };

    for (const name of ['@anthropic-ai/sdk', '@aws-sdk/client-dynamodb', '@aws-sdk/client-sqs'])
      expect(packages).toContain(name);
  });

  it('leave the credential chain out', () => {
    const packages = new Set(Object.values(bundles).flatMap((bundle) => [...bundle.packages]));

    expect([...packages].filter((name) => /credential-provider-(node|ini|sso|process|http)/.test(name))).toEqual([]);
  });
});

function packageOf(input: string): string | undefined {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input)?.[1];
}
