import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBreaches, type Sources } from './harness/architecture.ts';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync('{functions,lib,local,scripts}/**/*.ts', { cwd: root }).map((file) =>
  file.replaceAll('\\', '/'),
);
const sources: Sources = Object.fromEntries(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));

describe('the rooms', () => {
  it('keep to the arrows', () => {
    const breaches = findBreaches(sources);

    expect(files.length).toBeGreaterThan(20);
    expect(breaches).toEqual([]);
  });

  it('are small: the median file is well under 150 lines', () => {
    const ours = files.filter((file) => /^(functions|lib)\//.test(file));
    const lines = ours.map((file) => (sources[file] ?? '').split('\n').length - 1).sort((a, b) => a - b);

    const median = lines[Math.floor(lines.length / 2)] ?? 0;
    console.info(
      `lines per file in functions/ and lib/: ${lines.length} files, median ${median}, largest ${lines.at(-1)}`,
    );
    expect(median).toBeLessThan(150);
  });
});

describe('a breach', () => {
  const planted: [string, Record<string, string>, string][] = [
    [
      'of a door that skips its root',
      { 'functions/x.ts': "import { s } from '../lib/store/store.ts';" },
      'imports lib/store/store.ts',
    ],
    [
      'of lib that imports a door',
      { 'lib/x.ts': "import { h } from '../functions/y.ts';" },
      'leaves lib for functions/y.ts',
    ],
    ['of lib that imports the local stack', { 'lib/x.ts': "import '../local/y.ts';" }, 'leaves lib for local/y.ts'],
    ['of lib that imports a test', { 'lib/app/x.ts': "export * from '../../test/y.ts';" }, 'leaves lib for test/y.ts'],
    [
      'of a platform that knows Claude',
      { 'lib/platforms/p/x.ts': "import type { A } from '../../claude/ask.ts';" },
      'imports lib/claude/ask.ts',
    ],
    [
      'of a platform that reads the settings itself',
      { 'lib/platforms/p/x.ts': "import { readSettings } from '../../config.ts';" },
      'reads the settings',
    ],
    [
      'of an edge that imports another',
      { 'lib/store/x.ts': "import { q } from '../queue.ts';" },
      'imports the edge queue',
    ],
    ['of Anthropic outside claude', { 'lib/turn/reply.ts': "import A from '@anthropic-ai/sdk';" }, 'outside claude'],
    [
      'of DynamoDB outside store',
      { 'lib/turn/reply.ts': "import { D } from '@aws-sdk/lib-dynamodb';" },
      'outside store',
    ],
    [
      'of an expression outside store',
      { 'lib/turn/x.ts': "export const when = { condition: 'heldUntil < :now' };" },
      'has an expression of the table',
    ],
    [
      'of an expression by its function',
      { 'lib/http/x.ts': "export const when = 'attribute_not_exists(pk)';" },
      'has an expression of the table',
    ],
    [
      'of an expression by its name',
      { 'scripts/x.ts': 'export const f = (UpdateExpression: string) => ({ UpdateExpression });' },
      'has an expression of the table',
    ],
    [
      'of a change of an item',
      { 'lib/app/x.ts': "export const how = 'REMOVE summary';" },
      'has an expression of the table',
    ],
    [
      'of a key outside store',
      { 'lib/chat-api/x.ts': 'export const f = (id: string) => `CHAT-USER#`.concat(id);' },
      'has a key',
    ],
    ['of a sort key outside store', { 'local/x.ts': "export const first = 'T#';" }, 'has a key of the table'],
    ['of a key in a pattern', { 'lib/http/x.ts': 'export const place = /^T#\\d{13}/;' }, 'has a key of the table'],
    [
      'of the two halves of a key',
      { 'lib/app/x.ts': "export const key = { pk: 'x', sk: 'y' };" },
      'has a key of the table',
    ],
    [
      'of a room that reaches for the table itself',
      { 'lib/turn/x.ts': "import { openTable } from '../store/items.ts';" },
      'reaches for lib/store/items.ts',
    ],
    ['of SQS outside queue', { 'lib/app/x.ts': "const s = import('@aws-sdk/client-sqs');" }, 'outside queue'],
    ['of SSM outside secrets', { 'lib/app/x.ts': "export { S } from '@aws-sdk/client-ssm';" }, 'outside secrets'],
    [
      'of a pure room that waits',
      { 'lib/claude/window.ts': 'export const f = async () => { await 1; };' },
      'uses await',
    ],
    ['of a pure room with a clock', { 'lib/claude/price.ts': 'export const f = () => Date.now();' }, 'uses the clock'],
    [
      'of a pure room with a calendar',
      { 'lib/claude/price.ts': 'export const f = () => new Date();' },
      'uses the clock',
    ],
    ['of a pure room that calls', { 'lib/platforms/p/markup.ts': "export const f = () => fetch('x');" }, 'uses fetch'],
    ['of process.env', { 'lib/log.ts': 'export const level = process.env.LEVEL;' }, 'reads process.env'],
    ['of process.env by name', { 'functions/x.ts': "export const level = process['env'].LEVEL;" }, 'reads process.env'],
    ['of a line past the log', { 'lib/turn/x.ts': "console.warn('x');" }, 'uses the console'],
    ['of any', { 'local/x.ts': 'export const f = (x: any) => x;' }, 'uses any'],
    ['of a silenced compiler', { 'lib/x.ts': '// @ts-ignore' }, 'has @ts-ignore'],
    [
      'of a webhook door that drags Claude in',
      {
        'lib/app/ingest.ts': "import { a } from '../turn/receive.ts';",
        'lib/turn/receive.ts': "import { ask } from '../claude/ask.ts';",
        'lib/claude/ask.ts': "import A from '@anthropic-ai/sdk';",
      },
      'reaches lib/turn/receive.ts → lib/claude/ask.ts → @anthropic-ai/sdk',
    ],
    [
      'of a webhook door that drags the SDK in',
      {
        'lib/app/ingest.ts': "import { openSqs } from '../queue.ts';",
        'lib/queue.ts': "import { SQSClient } from '@aws-sdk/client-sqs';",
      },
      'reaches lib/queue.ts → @aws-sdk/client-sqs',
    ],
    [
      'of files that import each other',
      {
        'lib/turn/x.ts': "import { y } from './y.ts';",
        'lib/turn/y.ts': "import type { Z } from '../text/z.ts';",
        'lib/text/z.ts': "import type { X } from '../turn/x.ts';",
      },
      'is part of a circle: lib/turn/x.ts → lib/turn/y.ts → lib/text/z.ts → lib/turn/x.ts',
    ],
    ['of a webhook door with the big zod', { 'lib/app/ingest.ts': "import * as z from 'zod';" }, 'reaches zod'],
  ];

  it.each(planted)('%s is found', (name, texts, expected) => {
    const first = name.startsWith('of a pure room') ? '/** Room. Pure. */' : '/** Room. */';
    const withRooms = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, `${first}\n${text}`]));

    const breaches = findBreaches(withRooms);

    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toContain(expected);
  });

  it('of a file that does not say where it belongs is found', () => {
    const breaches = findBreaches({ 'lib/x.ts': 'export const x = 1;' });

    expect(breaches).toEqual(['lib/x.ts:1 does not begin with its stop or room']);
  });

  it('is not what only looks like one', () => {
    const fine = {
      'lib/platforms/p/dialect.ts':
        "/** P. */\nimport type { S } from '../../config.ts';\nimport { E } from '../../errors.ts';",
      'lib/platforms/p/verify.ts':
        '/** P. */\n// await fetch(Date.now(), process.env)\nexport const d = (ms: number) => new Date(ms);',
      'lib/app/ingest.ts': "/** I. */\nimport type { A } from '../claude/ask.ts';\nimport * as z from 'zod/mini';",
      'lib/claude/ask.ts': "/** A. */\nimport A from '@anthropic-ai/sdk';\nexport const say = 'any: any';",
    };

    expect(findBreaches(fine)).toEqual([]);
  });
});
