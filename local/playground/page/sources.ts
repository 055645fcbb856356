/** The playground's page: what an answer is from, with the words there. */
import type { Source } from '../../../lib/types.ts';
import { make } from './dom.ts';
import { renderLink } from './markdown.ts';

export function drawSources(list: HTMLOListElement, sources: readonly Source[] = []) {
  const text = JSON.stringify(sources);
  if (list.dataset.text === text) return;
  list.dataset.text = text;
  list.replaceChildren(
    ...sources.map(({ n, title, url, quote }) => {
      const named = url === undefined ? [new Text(title)] : renderLink(url, [new Text(title)]);
      return make('li', {}, `[${n}] `, ...named, make('blockquote', {}, `“${quote}”`));
    }),
  );
}
