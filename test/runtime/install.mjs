/** Installs the runtime client where it is not yet, once: npm compiles it, which takes two minutes. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const NEEDED = 'autoconf automake libtool cmake make g++ python3';

export default function installRuntime() {
  if (existsSync(`${folder}node_modules/aws-lambda-ric/dist/rapid-client.node`)) return;
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    throw new Error(`aws-lambda-ric could not be built; it needs ${NEEDED}.\n${error.stderr}`);
  }
}
