import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build/build.mjs';

/** A door that answers within 5 s has no time to load more. */
const MAX_INGEST_BYTES = 80_000;

interface Bundle {
  file: string;
  bytes: number;
  /** Package names and own files, of which at least a byte is in the bundle. */
  packages: Set<string>;
  files: string[];
}

let outdir: string;
let bundles: Record<string, Bundle>;

beforeAll(async () => {
  outdir = await mkdtemp(path.join(tmpdir(), 'bundles-'));
  const { metafile } = await build({ outdir });
  const entries = Object.entries(metafile.outputs).map(([output, { bytes, inputs }]) => {
    const file = path.join(outdir, path.basename(output));
    const files = Object.keys(inputs).filter((input) => (inputs[input]?.bytesInOutput ?? 0) > 0);
    return [
      path.parse(file).name,
      { file, bytes, files, packages: new Set(files.flatMap((input) => packageOf(input) ?? [])) },
    ];
  });
  bundles = Object.fromEntries(entries);
  console.table(Object.fromEntries(Object.entries(bundles).map(([name, { bytes }]) => [name, { bytes }])));
});

afterAll(async () => rm(outdir, { recursive: true }));

/** Those of webhook doors. */
function ingest(): Bundle[] {
  const doors = Object.values(bundles).filter(({ files }) => files.includes('lib/app/ingest.ts'));
  if (doors.length === 0) throw new Error('no bundle is a webhook door');
  return doors;
}

describe('the bundles', () => {
  it('are small where a webhook waits, and hold no SDK', () => {
    for (const { bytes, packages } of ingest()) {
      expect([...packages].filter((name) => /^@(anthropic-ai|aws|aws-sdk|smithy)\//.test(name))).toEqual([]);
      expect(bytes).toBeLessThan(MAX_INGEST_BYTES);
    }
  });

  it('leave what fetches out of the start where a webhook waits: of Node’s own modules it is the slowest', () => {
    for (const { file } of ingest()) expect(loadedBy(file).filter((name) => name.includes('undici'))).toEqual([]);
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

/** The parts of Node that are there when a bundle is, as in a new environment of Lambda. */
function loadedBy(file: string): string[] {
  const settings = { AWS_REGION: 'us-east-1', TURNS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/0/turns.fifo' };
  const script = `await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(JSON.stringify(process.moduleLoadList))`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env: settings,
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

function packageOf(input: string): string | undefined {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input)?.[1];
}
