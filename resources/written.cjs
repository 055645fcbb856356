/**
 * Resources: the settings that serverless.yml itself needs, as every other part reads them. Only single ones are to be taken: the
 * framework resolves its own variables in what it is given, and a setting is to stay as it stands.
 */
const { readWritten } = require('../local/env-file.ts');

module.exports = ({ options }) => {
  try {
    return readWritten(process.env, options.stage ? { stage: options.stage } : {}).env;
  } catch (error) {
    // The framework would show where in its files it was thrown.
    console.error(error.message);
    process.exit(1);
  }
};
