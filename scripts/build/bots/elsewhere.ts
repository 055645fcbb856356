/**
 * The build of bots, for whoever runs the sources themselves: tools of a folder that lies elsewhere find `#tool` and our zod, and are
 * modules, whatever the package that they lie in says of its own files. In a bundle plugin.mjs does the same.
 */
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../../..');

/** As if a file of ours had asked. */
const parentURL = pathToFileURL(path.join(root, 'lib/tools/tool.ts')).href;

registerHooks({
  resolve: (name, context, next) => {
    const isOfTools = name === '#tool' || /^zod(\/|$)/.test(name);
    return isOfTools && isElsewhere(context.parentURL) ? next(name, { ...context, parentURL }) : next(name, context);
  },
  load: (url, context, next) =>
    url.endsWith('.ts') && isElsewhere(url)
      ? next(url, { ...context, format: 'module-typescript' })
      : next(url, context),
});

function isElsewhere(url: string | undefined): boolean {
  if (!url?.startsWith('file:')) return false;
  const relative = path.relative(root, fileURLToPath(url));
  return relative.startsWith('..') || path.isAbsolute(relative);
}
