/**
 * Prints what two ways to the secrets cost a webhook's function that starts: `node bench/once/measure-secrets.mjs [runs]`. Bytes of
 * its bundle, its import, and the time until the first secrets are there, of which a parameter server on loopback takes
 * next to nothing. The extension's own start, a process beside the function, is not in it.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { plainSsmErrors } from '../../scripts/build/plain-ssm-errors.mjs';

const scripts = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(scripts, '../..');
const secrets = path.join(root, 'lib/secrets.ts');

/** What lib/secrets.ts would come to with the extension: one GET per group to a server in the same sandbox. */
const throughExtension = `
import http from 'node:http';
const get = (port, name) => new Promise((done, fail) => http.get({ host: '127.0.0.1', port, path:
  '/systemsmanager/parameters/get?withDecryption=true&name=' + encodeURIComponent(name),
  headers: { 'x-aws-parameters-secrets-token': process.env.AWS_SESSION_TOKEN ?? '' } }, async (answer) => {
    let text = ''; for await (const piece of answer) text += piece; done(JSON.parse(JSON.parse(text).Parameter.Value)); }).on('error', fail));
export function openSecrets(env, names, now) {
  let cached;
  return async () => {
    if (cached && now() - cached.at < 300000) return cached.env;
    const all = await Promise.all(names.map((name) => get(env.EXTENSION_PORT, env.SECRETS_PATH + '/' + name)));
    cached = { env: Object.assign({}, env, ...all), at: now() };
    return cached.env;
  };
}`;
const withoutAny = 'export const openSecrets = (env) => async () => env;';

if (process.argv[2] === 'serve') serve();
else await measure(Number(process.argv[2] ?? 21));

async function measure(runs) {
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  const [port] = await once(server, 'message');
  const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  try {
    const variants = [];
    for (const [name, replaced, plugins] of [
      ['client-ssm', undefined, [plainSsmErrors]],
      ['client-ssm, all error classes', undefined, []],
      ['extension', throughExtension, []],
      ['neither', withoutAny, []],
    ]) {
      const door = await bundle(folder, 'functions/talkjs.ts', replaced, plugins);
      const read = await bundle(folder, 'lib/secrets.ts', replaced, plugins);
      variants.push({ name, door, read, imports: [], reads: [] });
    }
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      TURNS_QUEUE_URL: 'http://127.0.0.1:9/queue',
    };
    const deployed = { SECRETS_PATH: '/x', AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}`, EXTENSION_PORT: port };
    for (let run = 0; run < runs; run++) {
      for (const { door, read, imports, reads } of variants.toSorted(() => Math.random() - 0.5)) {
        imports.push(timed(`await import(${url(door)})`, env));
        const first = `const { openSecrets } = await import(${url(read)}); await openSecrets(process.env, ['talkjs'], Date.now)()`;
        reads.push(timed(first, { ...env, ...deployed }));
      }
    }
    console.log(`ms, median (p10-p90) of ${runs} processes, Node ${process.versions.node}`);
    console.table(Object.fromEntries(variants.map(toRow)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    server.kill();
  }
}

function toRow({ name, door, imports, reads }) {
  const spread = (ms) => `${at(ms, 0.5)} (${at(ms, 0.1)}-${at(ms, 0.9)})`;
  return [name, { 'bytes of talkjs': statSync(door).size, import: spread(imports), 'secrets alone': spread(reads) }];
}

async function bundle(folder, entry, replaced, plugins) {
  const outfile = path.join(mkdtempSync(path.join(folder, 'x')), `${path.parse(entry).name}.mjs`);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    alias: { '@aws-sdk/credential-provider-node': path.join(scripts, 'lambda-credentials.mjs') },
    plugins: replaced === undefined ? plugins : [instead(replaced)],
  });
  return outfile;
}

function instead(contents) {
  return {
    name: 'instead',
    setup: ({ onLoad }) =>
      onLoad({ filter: /secrets\.ts$/ }, ({ path: file }) => (file === secrets ? { contents } : null)),
  };
}

function timed(code, env) {
  const clock = `const began = performance.now(); ${code}; process.stdout.write(String(performance.now() - began)); process.exit()`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', clock], { env }));
}

function url(file) {
  return JSON.stringify(pathToFileURL(file).href);
}

function at(values, quantile) {
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * quantile)].toFixed(1);
}

/** Answers both: SSM's GetParameters and the extension's GET. */
function serve() {
  const Value = '{"TALKJS_SECRET_KEY":"secret"}';
  const server = createServer((request, response) => {
    request.resume();
    const parameter = { Name: '/x/talkjs', Value };
    response.end(JSON.stringify(request.method === 'GET' ? { Parameter: parameter } : { Parameters: [parameter] }));
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}
