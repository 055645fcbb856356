/** The commands: how one of them says that it cannot do what it was asked. */

/** One clear sentence for the terminal. */
export class CannotRun extends Error {}
