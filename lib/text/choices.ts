/** Room of text: choices as a numbered list, where there are no buttons, and for whoever reads back what was offered. Pure. */

/** Markdown: the text with its choices below it, if it has any. */
export function withNumbers(text: string, choices: readonly string[] = []): string {
  if (choices.length === 0) return text;
  return `${text}\n\n${choices.map((choice, i) => `${i + 1}. ${choice}`).join('\n')}`;
}

/** What somebody said who was shown such a list: the choice, where it is nothing but its number. */
export function chosen(said: string, choices: readonly string[] = []): string {
  const [, number = ''] = /^\s*([1-9])[.)]?\s*$/.exec(said.normalize('NFKC')) ?? [];
  return choices[Number(number) - 1] ?? said;
}
