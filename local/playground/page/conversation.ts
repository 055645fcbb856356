/** The playground's page: the messages of the conversation. */
import type { LineView } from '../view.ts';
import { drawButton } from './buttons.ts';
import { find, make } from './dom.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTalkjs } from './talkjs-markup.ts';
import { drawThumbs } from './thumbs.ts';

export interface ConversationView {
  /** The whole conversation, oldest first. */
  show(lines: readonly LineView[]): void;
  /** The answer so far, `''` while nothing of it is there, `undefined` when none is awaited. */
  draft(text: string | undefined): void;
  /** Says it to who cannot see the page, too. */
  announce(text: string): void;
  clear(): void;
}

export function openConversation(): ConversationView {
  const list = find('messages', HTMLOListElement);
  const spoken = find('spoken', HTMLParagraphElement);
  list.tabIndex = 0; // it scrolls, and so must be reachable by keyboard
  const shown = new Map<string, { element: HTMLLIElement; text: string }>();
  const waiting = make('li', { class: 'line theirs draft', 'data-testid': 'draft', 'aria-hidden': true });
  let drafted: string | undefined;

  const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const toEnd = () => list.scrollTo({ top: list.scrollHeight });

  function place(line: LineView) {
    const known = shown.get(line.id);
    if (known?.text === line.text) return;
    const element = known?.element ?? make('li', { class: `line ${line.isMine ? 'mine' : 'theirs'}` });
    const render = line.markup === 'talkjs' ? renderTalkjs : renderMarkdown;
    const body = make(
      'div',
      { class: 'bubble' },
      ...(line.isMine ? [make('p', { class: 'lines' }, line.text)] : render(line.text)),
    );
    const author = make('span', { class: 'visually-hidden' }, line.isMine ? 'You: ' : 'Claude: ');
    const { choices = [] } = line;
    if (choices.length > 0) body.append(make('p', {}, ...choices.map((choice) => drawButton(choice))));
    element.replaceChildren(author, body, ...(line.canBeRated ? [drawThumbs(line.id)] : []));
    shown.set(line.id, { element, text: line.text });
    list.append(element);
    if (!line.isMine) spoken.textContent = `Claude: ${body.textContent ?? ''}`;
  }

  return {
    show: (lines) => {
      const follows = isAtEnd();
      const visible = lines.filter(({ isTyping }) => !isTyping);
      const ids = new Set(visible.map(({ id }) => id));
      for (const [id, { element }] of shown) {
        if (ids.has(id)) continue;
        element.remove();
        shown.delete(id);
      }
      for (const line of visible) place(line);
      if (drafted !== undefined) list.append(waiting);
      if (follows) toEnd();
    },
    draft: (text) => {
      if (text === drafted) return;
      const follows = isAtEnd();
      drafted = text;
      if (text === undefined) return waiting.remove();
      const dots = make('span', { class: 'dots' }, make('i'), make('i'), make('i'));
      waiting.replaceChildren(make('div', { class: 'bubble' }, ...(text === '' ? [dots] : renderMarkdown(text))));
      if (!waiting.isConnected) list.append(waiting);
      if (follows) toEnd();
    },
    announce: (text) => {
      spoken.textContent = text;
    },
    clear: () => {
      shown.clear();
      drafted = undefined;
      list.replaceChildren();
    },
  };
}
