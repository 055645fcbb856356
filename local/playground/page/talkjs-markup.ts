/** The playground's page: TalkJS' own markup as elements, as TalkJS would show it. */
import { drawButton } from './buttons.ts';
import { make } from './dom.ts';
import { renderLink } from './markdown.ts';

/** https://talkjs.com/docs/Features/Messages/Formatting */
const CODE = /```([\s\S]*?)```/g;
const INLINE =
  /<actionbutton:[^|>]*\?text=([^|>&]*)\|([^>]*)>|<((?:https?:\/\/|mailto:)[^|>\s]+)\|([^>]*)>|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])/g;

export function renderTalkjs(text: string): Node[] {
  const blocks: Node[] = [];
  /** Of the paragraph that is being put together. */
  let nodes: Node[] = [];
  let from = 0;
  const endParagraph = () => {
    if (nodes.some(({ textContent }) => textContent?.trim())) blocks.push(make('p', { class: 'lines' }, ...nodes));
    nodes = [];
  };
  for (const match of text.matchAll(CODE)) {
    const code = match[1] ?? '';
    const isBlock = code.includes('\n');
    const words = text.slice(from, match.index);
    nodes.push(...toInline(isBlock ? words.trimEnd() : words));
    from = match.index + match[0].length;
    if (!isBlock) nodes.push(make('code', {}, code));
    else {
      endParagraph();
      blocks.push(make('pre', { tabindex: 0 }, make('code', {}, code.replace(/^\n|\n$/g, ''))));
      from += /^\n*/.exec(text.slice(from))?.[0].length ?? 0;
    }
  }
  nodes.push(...toInline(text.slice(from)));
  endParagraph();
  return blocks;
}

function toInline(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(new Text(text.slice(from, match.index)), ...toNodes(match));
    from = match.index + match[0].length;
  }
  return [...nodes, new Text(text.slice(from))];
}

function toNodes([whole, says, button, href, label, bare, bold, italic, strike]: RegExpMatchArray): Node[] {
  if (says !== undefined) return [drawButton(decodeURIComponent(says), button ?? '')];
  if (href !== undefined) return renderLink(href, [new Text(label || href)]);
  if (bare !== undefined) return renderLink(bare, [new Text(bare)]);
  if (bold !== undefined) return [make('strong', {}, ...toInline(bold))];
  if (italic !== undefined) return [make('em', {}, ...toInline(italic))];
  if (strike !== undefined) return [make('del', {}, ...toInline(strike))];
  return [new Text(whole)];
}
