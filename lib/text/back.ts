/** Room of text: what the team writes to give a conversation back to the bot. Pure. */

const BACK = /^\s*\/bot\s*$/i;

/** Whether it says that, and nothing else. */
export function isBack(text: string): boolean {
  return BACK.test(text);
}
