import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkBots } from '../../../scripts/build/bots/check.mjs';
import { readBots } from '../../../scripts/build/bots/read-bots.ts';
import { build } from '../../../scripts/build/build.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/** A folder of bots outside of the repository, by path below it. */
function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'bots-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

function problemsOf(files: Record<string, string>): string {
  try {
    readBots(folderWith(files));
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('a folder of bots', () => {
  it('is read whole: front matter, prompt, tools and documents of each, the default one first', () => {
    const folder = folderWith({
      'a/bot.md':
        '---\nmodel: claude-sonnet-5-5\ntalkjs: sales\nusdPerDay: 2.5\ncontext: [user.custom.tier]\n---\nYou sell.',
      'a/tools/order.ts': '',
      'default/bot.md': '\uFEFFYou help.\r\nIn two lines.',
    });

    const [first, second] = readBots(folder);

    expect(first).toMatchObject({
      name: 'default',
      prompt: 'You help.\nIn two lines.',
      botpress: true,
      knowledge: 'also',
    });
    expect(second).toMatchObject({
      ...{
        name: 'a',
        model: 'claude-sonnet-5-5',
        talkjs: 'sales',
        usdPerDay: 2.5,
        prompt: 'You sell.',
        botpress: false,
      },
      toolFiles: [path.join(folder, 'a/tools/order.ts')],
    });
    expect(first.promptHash).toMatch(/^[0-9a-f]{12}$/);
    expect(first.promptHash).not.toBe(second?.promptHash);
  });

  it('is refused with every wrong file, key and value at once', () => {
    const said = problemsOf({
      'default/bot.md':
        '---\neffort: huge\nmodle: x\nmaxTokens: 0.5\nsecrets: [AWS_KEY]\nhttp: partner\n---\nYou help.',
      'b/bot.md': '---\nlanguage: xx\n---\n',
      'c/other.md': 'x',
      'D_e/bot.md': 'x',
      'f/bot.md': '---\na: [\n---\nx',
    });

    for (const part of [
      ...[
        'effort must be one of low',
        'modle is no key of a bot',
        'maxTokens must be a whole number',
        'secrets must be names',
      ],
      ...[
        'http must be a list',
        'language must be one of en, de',
        'the system prompt',
        'c/bot.md: there is no such file',
      ],
      ...['D_e', 'f/bot.md: the front matter is no YAML'],
    ])
      expect(said).toContain(part);
  });

  it('needs a default bot, and lets no two bots have one id', () => {
    expect(problemsOf({ 'a/bot.md': 'x' })).toContain('has no folder default');
    expect(
      problemsOf({
        'default/bot.md': '---\ntalkjs: t\nchatApi: w\n---\nx',
        'a/bot.md': '---\ntalkjs: t\nchatApi: w\nbotpress: true\n---\nx',
      }),
    ).toMatch(/same talkjs: t.*same chatApi: w.*botpress: true/);
  });

  it('takes a text that begins with a rule for a prompt', () => {
    const [bot] = readBots(folderWith({ 'default/bot.md': '---\nYou help, --- always.' }));

    expect(bot.prompt).toBe('---\nYou help, --- always.');
  });
});

it.each([
  ['model', 'claude-haiku-4-5'],
  ['fallbackModel', 'claude-opus-4-1'],
])('a %s that Bedrock lacks is told by its file, where Bedrock is asked', async (key, name) => {
  const bots = readBots(folderWith({ 'default/bot.md': `---\n${key}: ${name}\n---\nYou help.` }));

  await expect(checkBots(bots, root)).resolves.toBeUndefined();
  vi.stubEnv('CLAUDE_PROVIDER', 'bedrock');
  onTestFinished(() => void vi.unstubAllEnvs());

  await expect(checkBots(bots, root)).rejects.toThrow(`default/bot.md: ${key} must be Claude 4.7 or newer`);
  vi.stubEnv('CLAUDE_FALLBACK_MODEL', 'eu.anthropic.claude-opus-4-6-v1');
  await expect(checkBots(bots, root)).rejects.toThrow(/CLAUDE_FALLBACK_MODEL must be[\s\S]*default\/bot\.md/);
});

describe('a bundle', () => {
  it('has the bots of BOTS_DIR in it, with their tools, wherever the folder lies; and a door knows no prompt', async () => {
    const folder = folderWith({
      'default/bot.md': 'You are PROMPT-OF-THE-DEFAULT.',
      'b/bot.md': '---\ntalkjs: b-user\n---\nYou are PROMPT-OF-B.',
      'b/tools/stock.ts': `import { defineTool } from '#tool';
        import * as z from 'zod/mini';
        export default defineTool({ name: 'stock', description: 'MARK-OF-STOCK', input: z.strictObject({}), run: () => 7 });`,
    });
    vi.stubEnv('BOTS_DIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());

    const { outputFiles } = await build({ outdir: path.join(folder, 'dist') });

    const textOf = (name: string) => outputFiles.find((file) => file.path.endsWith(`/${name}.mjs`))?.text ?? '';
    for (const mark of ['PROMPT-OF-THE-DEFAULT', 'PROMPT-OF-B', 'MARK-OF-STOCK']) {
      expect(textOf('reply')).toContain(mark);
      expect(textOf('talkjs')).not.toContain(mark);
    }
    await import(pathToFileURL(path.join(folder, 'dist/reply.mjs')).href);
  });
});

describe('a tool', () => {
  const tool = (body: string) => `import { connect } from 'driver';
    import * as z from 'zod/mini';
    import { defineTool } from '#tool';
    ${body}`;
  const working = tool(`
    export default defineTool({ name: 'stock', description: connect(), input: z.strictObject({}), run: () => 7 });`);
  /** A product’s repository: it says nothing of modules, and has a driver of its own that asks for what Node has. */
  const product = {
    'package.json': '{"name":"product"}',
    'node_modules/driver/package.json': '{"name":"driver","main":"index.js"}',
    'node_modules/driver/index.js':
      "const { EventEmitter } = require('node:events'); exports.connect = () => typeof EventEmitter;",
    'bots/default/bot.md': 'You help.',
  };
  const loadFrom = (folder: string) => {
    const code = "const { bots } = await import('#bots'); console.log(bots[0].tools[0].param.description);";
    const options = { cwd: root, env: { ...process.env, BOTS_DIR: path.join(folder, 'bots') } };
    return promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], options);
  };
  const checkIn = (folder: string) => checkBots(readBots(path.join(folder, 'bots')), root);

  it('in a product’s own repository takes that one’s packages, and is a module whatever the others there are', async () => {
    const folder = folderWith({ ...product, 'bots/default/tools/stock.ts': working });

    await checkIn(folder);
    const { stdout } = await loadFrom(folder);

    expect(stdout).toBe('function\n');
  });

  it.each([
    ['throws when it is loaded', tool("throw new Error('no such table');"), 'no such table'],
    ['takes unknown fields', working.replace('strictObject', 'object'), 'takes unknown fields'],
  ])('that %s is told by its file', async (_, text, reason) => {
    const folder = folderWith({ ...product, 'bots/default/tools/stock.ts': text });

    const checked = await checkIn(folder).catch(String);
    const loaded = await loadFrom(folder).catch(({ stderr }: { stderr: string }) => stderr);

    for (const said of [checked, loaded]) expect(said).toMatch(new RegExp(`tools/stock\\.ts: .*${reason}`));
  });

  it('that exports none is told by its file', async () => {
    const folder = folderWith({ ...product, 'bots/default/tools/stock.ts': 'export const stock = 7;' });

    await expect(checkIn(folder)).rejects.toThrow('tools/stock.ts: it exports no tool');
    await expect(loadFrom(folder)).rejects.toThrow('tools/stock.ts: it exports no tool');
  });
});
