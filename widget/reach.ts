/** The widget: what the webchat leaves out for keyboards and screen readers. */

const LIST = '.bpMessageListViewport';
const THUMB = '.bpMessageBlocksBubbleFeedbackIcon';

/**
 * Keeps `window` usable without eyes and mouse: what is said is announced, and its thumbs are buttons.
 * Attributes that the webchat does not set itself stay when it draws anew. Gives a function that ends it.
 */
export function keepReachable(window: HTMLElement): () => void {
  const look = () => {
    for (const list of window.querySelectorAll(LIST)) set(list, 'role', 'log');
    for (const thumb of window.querySelectorAll(THUMB)) {
      set(thumb, 'role', 'button');
      set(thumb, 'tabindex', '0');
      // Is read aloud in the reader's own language.
      set(thumb, 'aria-label', thumb.classList.contains('lucide-thumbs-up') ? '👍' : '👎');
      set(thumb, 'aria-pressed', String(thumb.getAttribute('data-selected') === 'true'));
      thumb.removeAttribute('aria-hidden');
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { target, key } = event;
    if ((key !== 'Enter' && key !== ' ') || !(target instanceof Element) || !target.matches(THUMB)) return;
    event.preventDefault();
    target.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  };
  const observer = new MutationObserver(look);
  observer.observe(window, { childList: true, subtree: true, attributeFilter: ['data-selected'] });
  window.addEventListener('keydown', onKeyDown);
  look();
  return () => {
    observer.disconnect();
    window.removeEventListener('keydown', onKeyDown);
  };
}

/** Only a change is written, which is what the observer would be woken by. */
function set(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
