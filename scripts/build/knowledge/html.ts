/** The build's reading of documents: a web page → its main part as Markdown, without what surrounds it on every page. */
import { parseHTML } from 'linkedom';
import { NodeHtmlMarkdown } from 'node-html-markdown';
import type { Read } from './unreadable.ts';

/** What no reader came for. */
const FURNITURE = [
  'script,style,noscript,template,iframe,object,embed,svg,canvas,form,button,input,select,dialog',
  'nav,aside,footer,header,[role=navigation],[role=banner],[role=contentinfo],[role=search],[role=complementary]',
  '.headerlink,.breadcrumb,.breadcrumbs,.toc,.skip-link',
].join(',');

/** What no reader sees: a hidden text is how a page is made to say something to machines only. */
const HIDDEN = '[hidden],[aria-hidden=true],[style]';
const HIDING =
  /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)|font-size\s*:\s*0*(?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}/i;

const markdown = new NodeHtmlMarkdown({ textReplace: [], keepDataImages: false });

/** A whole page, or a part of one. */
export function readHtml(html: string): Read {
  const { document } = parseHTML(/<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`);
  const heading = document.querySelector('main h1, article h1, h1') ?? document.querySelector('title');
  const main = document.querySelector('main, [role=main], article') ?? document.body ?? document.documentElement;
  const title = heading?.textContent
    ?.replace(/\s+/g, ' ')
    .replace(/[¶#]\s*$/, '')
    .trim();
  for (const element of [...main.querySelectorAll(FURNITURE)]) element.remove();
  for (const element of [...main.querySelectorAll(HIDDEN)]) if (isHidden(element)) element.remove();
  // Only what is marked as code becomes a fence, and a shell's prompt is no heading.
  for (const block of main.querySelectorAll('pre')) {
    const code = document.createElement('code');
    code.textContent = block.textContent;
    block.replaceChildren(code);
  }
  return {
    markdown: markdown.translate(main.innerHTML ?? ''),
    title: title || undefined,
    language: document.documentElement?.getAttribute('lang') ?? undefined,
    address: document.querySelector('link[rel=canonical]')?.getAttribute('href') ?? undefined,
  };
}

function isHidden(element: {
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
}): boolean {
  const style = element.getAttribute('style');
  return element.hasAttribute('hidden') || element.getAttribute('aria-hidden') === 'true' || HIDING.test(style ?? '');
}
