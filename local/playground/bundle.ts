/** The playground: its page's modules as the browser gets them, bundled when the page is first asked for. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const folder = fileURLToPath(new URL('page/', import.meta.url));

export type Files = ReadonlyMap<string, Uint8Array>;

/** By file name. The official Chat API client is large, and a file of its own that is only loaded where it is used. */
export async function bundlePage(): Promise<Files> {
  const { outputFiles } = await esbuild.build({
    entryPoints: ['main.ts', 'widget.ts', 'talkjs-account.ts', 'style.css'].map((file) => path.join(folder, file)),
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  return new Map(outputFiles.map((file) => [path.basename(file.path), file.contents]));
}
