/** The playground's page: buttons that say what they hold, as the visitor. */
import { make } from './dom.ts';

/** As docs/talkjs.md has it for a page of one's own: the click says the text as the user. */
export function drawButton(text: string, label = text): HTMLElement {
  const button = make('button', { type: 'button', class: 'choice' }, label);
  button.addEventListener('click', () => {
    button.dispatchEvent(new CustomEvent('choose', { bubbles: true, detail: text }));
  });
  return button;
}
