/** The pages whose tables stand between marks. */

const BEGIN = '<!-- npm run scale -- --write -->';
const END = '<!-- end -->';

/** The document with these tables in it; throws where the marks are missing. */
export function withTables(document: string, tables: string): string {
  const [before, rest = ''] = document.split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined) throw new Error('the marks for the tables are missing');
  return `${before}${BEGIN}\n\n${tables}\n\n${END}${after}`;
}
