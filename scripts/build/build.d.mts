import type { BuildResult, OutputFile } from 'esbuild';

export function build(options?: {
  root?: string;
  outdir?: string;
  format?: 'esm' | 'cjs';
  isChecked?: boolean;
  isSmall?: boolean;
  isApart?: boolean;
  doors?: readonly string[];
}): Promise<BuildResult<{ metafile: true; write: false }> & { outputFiles: OutputFile[]; indexed: number }>;

export function doorsWithBots(result: Pick<BuildResult<{ metafile: true }>, 'metafile'>): string[];
