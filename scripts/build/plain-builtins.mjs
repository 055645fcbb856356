/**
 * Takes Node's own modules into a bundle without looking at them. `import` reads every export of one when it is loaded: `node:http` has some
 * behind which all of undici lies, and that takes as long to load as the rest of a webhook door.
 */
import { builtinModules } from 'node:module';

const BUILTIN = new RegExp(`^(node:.+|${builtinModules.join('|')})$`);

export const plainBuiltins = {
  name: 'plain-builtins',
  setup(build) {
    build.onResolve({ filter: BUILTIN }, ({ path }) => ({ path, namespace: 'builtin' }));
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }));
  },
};
