/** The build's reading of documents: links that hold wherever their text is shown. Pure. */

/** Where a reference's name leads, as Markdown defines it at the end of a page. */
type References = Readonly<Record<string, { href: string | null } | undefined>>;

const REFERENCE = /(!?)\[([^[\]]+)\](?:\[([^[\]]*)\])?(?![(:])/g;
const RELATIVE = /(?<!!)\[([^[\]]*)\]\((?!(?:[a-z][a-z0-9+.-]*:|#|\/\/))([^()\s]+)\)/gi;

/** The text with every link in it written out; one to a neighbour of the page with its whole address where the page has one. */
export function openLinks(references: References, pageUrl: string | undefined): (text: string) => string {
  return (text) => {
    const written = text.replace(REFERENCE, (whole, mark: string, words: string, name: string | undefined) => {
      const target = references[(name || words).toLowerCase().replace(/\s+/g, ' ')];
      return target?.href ? `${mark}[${words}](${target.href})` : whole;
    });
    if (pageUrl === undefined) return written;
    return written.replace(RELATIVE, (whole, words: string, href: string) => {
      return URL.canParse(href, pageUrl) ? `[${words}](${new URL(href, pageUrl).href})` : whole;
    });
  };
}
