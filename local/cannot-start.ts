/** The embedded stack: what a developer can put right. Told as one sentence, without a stack. */
export class CannotStart extends Error {}
