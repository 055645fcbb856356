/** The playground: somebody's page, with the widget's tag in it. */
import type { StackView } from '../view.ts';
import { find, make } from './dom.ts';
import { ask } from './server.ts';

async function begin() {
  const { bots } = await ask<StackView>('stack');
  const wanted = new URLSearchParams(location.search).get('bot');
  const bot = bots.find(({ name }) => name === wanted) ?? bots[0];
  const src = bot?.doors.find(({ name }) => name === 'widget')?.url;
  if (!bot || src === undefined) return;
  const tag = make('script', { src, 'data-name': 'Claude', 'data-greeting': 'Ask me anything.' });
  find('tag', HTMLElement).textContent = tag.outerHTML;
  document.body.append(tag);
}

void begin();
