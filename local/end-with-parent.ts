/** The embedded stack: what each of its processes does first. */

/**
 * Shows the process under its function's name, leaves Ctrl-C (which reaches every process of a terminal) to the stack, and
 * ends it when the stack is gone, even if the stack was killed.
 */
export function endWithParent(): void {
  process.title = process.argv[2] ?? process.title;
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
}
