/** The playground's page: what the visitor thinks of an answer. */
import { make } from './dom.ts';

export interface Thumb {
  /** The id of the line with the answer. */
  line: string;
  value: 'positive' | 'negative';
}

const values = [
  { value: 'positive', sign: '👍', name: 'A good answer' },
  { value: 'negative', sign: '👎', name: 'Not a good answer' },
] as const;

/** Two buttons, of which the last one that was clicked stays pressed; a click is told to the page as the event `rate`. */
export function drawThumbs(line: string): HTMLElement {
  const buttons = values.map(({ value, sign, name }) => {
    const button = make('button', { type: 'button', title: name, 'aria-label': name, 'aria-pressed': 'false' }, sign);
    button.addEventListener('click', () => {
      for (const one of buttons) one.setAttribute('aria-pressed', String(one === button));
      document.dispatchEvent(new CustomEvent<Thumb>('rate', { detail: { line, value } }));
    });
    return button;
  });
  return make('div', { class: 'thumbs' }, ...buttons);
}
