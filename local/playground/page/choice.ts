/** The playground's page: which bot is spoken to, and through which door. What is not there for a bot says why. */
import type { StackView } from '../view.ts';
import { find, make } from './dom.ts';

export interface Choice {
  /** Draws what there is now; `choose` is not called for it. */
  draw(stack: StackView, chosen: { bot: string; door?: string | undefined }): void;
}

/** `choose` is called with what somebody wants. */
export function openChoice(choose: (wanted: { bot: string; door?: string }) => void): Choice {
  const bots = find('bots', HTMLFieldSetElement);
  const doors = find('doors', HTMLFieldSetElement);
  const broken = find('broken', HTMLParagraphElement);

  return {
    draw: ({ bots: all, problem }, { bot, door }) => {
      broken.hidden = problem === undefined;
      broken.textContent = problem === undefined ? '' : `Not taken over, the last good bots answer: ${problem}`;
      bots.hidden = all.length < 2;
      const names = all.map(({ name }) => name);
      keepOnly(bots, names);
      for (const name of names) {
        const { input } = option(bots, 'bot', { name, title: name }, () => choose({ bot: name }));
        input.checked = name === bot;
      }
      const views = all.find(({ name }) => name === bot)?.doors ?? [];
      keepOnly(
        doors,
        views.map(({ name }) => name),
      );
      const closed = all.length < 2 ? [] : views.filter(({ isOpen }) => !isOpen);
      find('closed', HTMLParagraphElement).textContent = closed
        .map(({ title, reason }) => `${title}: ${reason}`)
        .join(' ');
      for (const { name, title, route, isOpen, reason } of views) {
        const wanted = () => choose({ bot: chosenBot() ?? bot, door: name });
        const { input, item } = option(doors, 'door', { name, title }, wanted);
        input.disabled = !isOpen;
        input.checked = name === door;
        item.title = isOpen ? route : (reason ?? 'not available');
        item.toggleAttribute('data-closed', !isOpen);
      }
    },
  };

  function chosenBot(): string | undefined {
    return bots.querySelector<HTMLInputElement>('input:checked')?.value;
  }
}

/** A radio button of `group`, made when it is not there yet. */
function option(
  group: HTMLFieldSetElement,
  kind: 'bot' | 'door',
  { name, title }: { name: string; title: string },
  choose: () => void,
) {
  const id = `${kind}-${name}`;
  const known = group.querySelector<HTMLElement>(`[data-name="${name}"]`);
  const input = known?.querySelector('input') ?? make('input', { type: 'radio', name: kind, id, value: name });
  const item = known ?? make('div', { class: kind, 'data-name': name }, input);
  if (!known) {
    item.append(make('label', { for: id }, make('strong', {}, title)));
    input.addEventListener('change', choose);
    group.append(item);
  }
  return { input, item };
}

function keepOnly(group: HTMLFieldSetElement, names: readonly string[]) {
  for (const item of group.querySelectorAll<HTMLElement>('[data-name]'))
    if (!names.includes(item.dataset.name ?? '')) item.remove();
}
