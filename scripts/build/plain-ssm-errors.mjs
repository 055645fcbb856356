/**
 * Leaves the 150 error classes of the SSM client out of the bundles, a quarter of a webhook door. The SDK then throws its
 * base exception with the same `name`; nobody here asks for one of the classes.
 */
import { readFile } from 'node:fs/promises';

export const plainSsmErrors = {
  name: 'plain-ssm-errors',
  setup(build) {
    build.onLoad({ filter: /client-ssm[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/^n0_registry\.registerError\(.*\);$/gm, ''),
    }));
  },
};
