/** The set-up of all package tests: the service is packaged twice, once as anybody would and once with everything that is off by default. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { packageInto } from '../harness/packaged.ts';
import { BOT, DOTENV, PLANTED } from './settings.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folders, for `readPackage`. */
    packages: { usual: string; full: string };
  }
}

/** More than 1,024 MB have room for. */
const CHUNKS = 8_001;

function documentOf(sections: number): string {
  const section = (_: unknown, i: number) =>
    `## Part ${i}\n\nWhat is said of part ${i} stands here and nowhere else in the whole book.\n`;
  return Array.from({ length: sections }, section).join('\n');
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'packages-'));
  const packages = { usual: path.join(folder, 'usual'), full: path.join(folder, 'full') };
  const parameters = [
    ...['tracing=Active', 'alarmUsdPerHour=3', 'accessLogs=on', 'requestsPerAddress=300'],
    ...['subnets=subnet-0a1b2c3d,subnet-0e4f5a6b', 'securityGroups=sg-0a1b2c3d'],
  ];
  const options = ['--stage', 'prod', ...parameters.map((parameter) => `--param=${parameter}`)];
  await Promise.all([
    packageInto(packages.usual, {
      env: { ...PLANTED, CLAUDE_MODEL: 'claude-of-the-shell', BURST_WINDOW_SECONDS: '2' },
    }),
    packageInto(packages.full, {
      args: options,
      files: { '.env': DOTENV, 'bots/default/bot.md': BOT, 'bots/default/knowledge/long.md': documentOf(CHUNKS) },
    }),
  ]);
  project.provide('packages', packages);
  return () => rm(folder, { recursive: true, force: true });
}
