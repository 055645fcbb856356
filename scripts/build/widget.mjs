/** The build of the widget: one script for pages, with React and the official webchat in it, and where the Chat API finds it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

/** What a page has to load at most, in bytes of gzip. */
const MAX_BYTES = 400 * 1024;

let bundled;

/** `{name, gzipped}` of the script made from widget/ in `root`; once in a process. Throws where it is too large. */
export function bundleWidget(root) {
  bundled ??= bundle(root);
  return bundled;
}

async function bundle(root) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['widget/mount.tsx'],
    write: false,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    minify: true,
    define: {
      'process.env.NODE_ENV': '"production"',
      'document.activeElement': 'ownRoot.activeElement',
      'document.getElementById': 'ownRoot.getElementById',
    },
    inject: ['widget/own-root.ts'],
    plugins: [patientWebchat],
    loader: { '.css': 'text' },
    legalComments: 'none',
    banner: { js: '/* Contains @botpress/webchat and React, both under the MIT licence. */' },
    logLevel: 'warning',
  });
  const script = outputFiles[0].contents;
  const gzipped = gzipSync(script, { level: 9 });
  if (gzipped.byteLength > MAX_BYTES)
    throw new Error(`The widget has ${gzipped.byteLength} bytes of gzip, more than ${MAX_BYTES}`);
  const hash = createHash('sha256').update(script).digest('hex').slice(0, 16);
  return { name: `widget-${hash}.js`, gzipped };
}

/** How often a stream that ends is opened again in the life of a page, and after which time (ms), in the words of the webchat. */
const TEN_TRIES = 'ly = 10, uy = 3e3';

/** Streams end every few minutes here: the webchat would show an error from the eleventh on. Throws where another version has other words. */
const patientWebchat = {
  name: 'patient-webchat',
  setup(build) {
    build.onLoad({ filter: /@botpress[/\\]webchat[/\\]dist[/\\]index\.js$/ }, ({ path: file }) => {
      const [before, after, ...more] = readFileSync(file, 'utf8').split(TEN_TRIES);
      if (after === undefined || more.length > 0) throw new Error(`${file} says something else than "${TEN_TRIES}"`);
      return { contents: `${before}ly = Infinity, uy = 3e3${after}`, loader: 'js' };
    });
  },
};

const FOLDER = 'widget';

/** Puts it beside the bundles, in the place of an earlier one. */
export function placeWidget(outdir, { name, gzipped }) {
  const folder = path.join(outdir, FOLDER);
  mkdirSync(folder, { recursive: true });
  const target = path.join(folder, `${name}.gz`);
  writeFileSync(`${target}.${process.pid}`, gzipped);
  renameSync(`${target}.${process.pid}`, target);
  for (const file of readdirSync(folder)) if (file !== `${name}.gz`) rmSync(path.join(folder, file));
}

/** What `#widget` is in a bundle: the name, and how to read the file beside it. */
export function provideWidget({ name }) {
  return {
    name: 'widget',
    setup(build) {
      const here = build.initialOptions.format === 'cjs' ? '__dirname' : 'import.meta.dirname';
      build.onResolve({ filter: /^#widget$/ }, () => ({ path: '#widget', namespace: 'widget' }));
      build.onLoad({ filter: /.*/, namespace: 'widget' }, () => ({
        loader: 'js',
        contents: `
import { readFile } from 'node:fs/promises';
export const widget = { name: '${name}', load: () => readFile(${here} + '/${FOLDER}/${name}.gz') };
`,
      }));
    },
  };
}
