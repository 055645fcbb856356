/** Stop 7. Choices as TalkJS' action buttons (https://talkjs.com/docs/Features/Message_Features/Action_Buttons_Links/). Pure. */

/** What the page registers its handler for. */
const ACTION = 'choose';

/** One button a line; a click is told to the page alone, whose handler sends `text` as the user. */
export function toButtons(choices: readonly string[]): string {
  return choices
    .map((choice) => `<actionbutton:${ACTION}?text=${encodeURIComponent(choice)}|${toLabel(choice)}>`)
    .join('\n');
}

/** A label ends at the first `>`, and takes neither a bar nor a line break. */
function toLabel(choice: string): string {
  return choice.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('|', '¦').replace(/\s+/g, ' ');
}
