/** Stands for `console` in the bundles: what a library says becomes a line of our log, since a line that is no JSON is no use there. */
import { logLine } from '../../lib/log.ts';

/** What `@anthropic-ai/sdk` says of a model that is on its way out (resources/messages/messages.mjs). */
const MODEL_ENDS = /^The model '([\w.:-]{1,100})' is deprecated/;

/** The words themselves may quote what somebody wrote, and stay out. */
const say =
  (level) =>
  (...words) => {
    const [, model] = MODEL_ENDS.exec(String(words[0])) ?? [];
    if (model) logLine('model-deprecated', { model });
    else logLine('library-spoke', { level, from: callerOf(new Error().stack) });
  };

/** Where in the bundle it was said. */
function callerOf(stack = '') {
  return /[\w.-]+:\d+:\d+/.exec(stack.split('\n')[2] ?? '')?.[0];
}

const nothing = () => {};

export const console = {
  ...Object.fromEntries(['log', 'info', 'warn', 'error', 'trace'].map((level) => [level, say(level)])),
  debug: nothing,
};

// Node itself warns on stderr, in several lines.
process.removeAllListeners('warning');
process.on('warning', ({ name, code }) => logLine('node-warned', { name, code }));
