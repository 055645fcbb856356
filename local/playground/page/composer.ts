/** The playground's page: where one types, and arms trouble for the next message. */
import { type DoorView, type Trouble, troubles } from '../view.ts';
import { find, make } from './dom.ts';
import { isPlatform } from './doors/all.ts';

export interface Composer {
  /** `isClaudeReal`: nobody can make it misbehave then. */
  setDoor(door: Pick<DoorView, 'name' | 'title'>, isClaudeReal: boolean): void;
  setReady(isReady: boolean): void;
}

const words: Readonly<Record<Trouble, { title: string; what: string }>> = {
  twice: { title: 'Deliver twice', what: 'The message is delivered twice, at once.' },
  kill: { title: 'Kill the worker', what: 'The process that answers is killed in the middle of its work.' },
  overloaded: { title: 'Claude overloaded', what: 'Claude answers 529 twice.' },
  down: { title: 'Platform down', what: 'The platform answers errors when the answer is to be delivered.' },
};

const ideas = [
  'Hello, my name is Ada.',
  'What is my name?',
  'What time is it?',
  'Show me some Markdown',
  'How do I deploy you?',
];

/** What is said when trouble is wanted and nothing was typed. */
const SAMPLE = 'Are you still there?';

export function openComposer(send: (text: string, troubles: readonly Trouble[]) => Promise<void>): Composer {
  const form = find('composer', HTMLFormElement);
  const text = find('text', HTMLTextAreaElement);
  const buttons = new Map(troubles.map((trouble) => [trouble, openToggle(trouble)]));
  find('troubles', HTMLFieldSetElement).append(...buttons.values());
  let isReady = false;

  function openToggle(trouble: Trouble): HTMLButtonElement {
    const { title, what } = words[trouble];
    const button = make(
      'button',
      { type: 'button', 'aria-pressed': 'false', 'data-trouble': trouble, title: what },
      title,
    );
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      text.placeholder = armed().length > 0 && text.value === '' ? SAMPLE : 'Message';
      text.focus();
    });
    return button;
  }

  const armed = () => troubles.filter((trouble) => buttons.get(trouble)?.getAttribute('aria-pressed') === 'true');

  function adjustHeight() {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
  }

  function submit() {
    const wanted = armed();
    const words = text.value.trim() || (wanted.length > 0 ? SAMPLE : '');
    if (!isReady || words === '') return;
    text.value = '';
    text.placeholder = 'Message';
    adjustHeight();
    for (const button of buttons.values()) button.setAttribute('aria-pressed', 'false');
    void send(words, wanted);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  text.addEventListener('input', adjustHeight);
  find('ideas', HTMLDivElement).append(
    ...ideas.map((idea) => {
      const button = make('button', { type: 'button' }, idea);
      button.addEventListener('click', () => {
        text.value = idea;
        submit();
        text.focus();
      });
      return button;
    }),
  );
  return {
    setDoor: ({ name, title }, isClaudeReal) => {
      const down = buttons.get('down');
      const overloaded = buttons.get('overloaded');
      if (!down || !overloaded) return;
      overloaded.hidden = isClaudeReal;
      down.textContent = `${title} down`;
      down.hidden = !isPlatform(name);
      for (const button of buttons.values()) button.setAttribute('aria-pressed', 'false');
    },
    setReady: (ready) => {
      isReady = ready;
      form.toggleAttribute('data-ready', ready);
    },
  };
}
