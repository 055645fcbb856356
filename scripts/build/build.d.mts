import type { BuildResult, OutputFile } from 'esbuild';

export function build(options?: {
  root?: string;
  outdir?: string;
  format?: 'esm' | 'cjs';
}): Promise<BuildResult<{ metafile: true; write: false }> & { outputFiles: OutputFile[] }>;
