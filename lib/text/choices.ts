/** Room of text: choices as a numbered list, where there are no buttons, and for whoever reads back what was offered. Pure. */

/** Markdown: the text with its choices below it, if it has any. */
export function withNumbers(text: string, choices: readonly string[] = []): string {
  if (choices.length === 0) return text;
  return `${text}\n\n${choices.map((choice, i) => `${i + 1}. ${choice}`).join('\n')}`;
}
