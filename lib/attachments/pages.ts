/** Room of attachments: how many pages a PDF has, counted in every place that can say it, since any single one may lie. Pure. */
import { dictAround, type PdfPart, partsOf } from './pdf-text.ts';

/** More nodes or leaves than this are no file that anybody would have read. */
const MAX_FOUND = 2_000;

/** Characters that are looked at where there is no dictionary, as in a comment. */
const NEAR = 10_000;

/**
 * The most that any of the counts gives; `undefined` where the file does not let itself be counted. Pages are the leaves of a tree whose
 * nodes have /Kids and /Count (ISO 32000-1, 7.7.3); outlines have a /Count, too, but no /Kids.
 */
export function pagesOf(bytes: Buffer): number | undefined {
  const parts = partsOf(bytes);
  const nodes = parts && nodesIn(parts);
  if (!nodes) return undefined;
  const kids = [...nodes.values()].flatMap((node) => node.kids);
  // A branch that hangs in the tree twice has its pages twice, and no honest file has one.
  if (new Set(kids).size < kids.length) return undefined;
  const told = Math.max(0, ...[...nodes.values()].map(({ count }) => count));
  // What hangs in the tree and holds nothing itself, though other objects call themselves nodes.
  const hung = kids.filter((id) => !nodes.get(id)?.kids.length).length;
  return Math.max(told, hung, leavesIn(parts)) || undefined;
}

interface Node {
  count: number;
  /** Objects below it, by number. */
  kids: string[];
}

function nodesIn(parts: readonly PdfPart[]): Map<string, Node> | undefined {
  const nodes = new Map<string, Node>();
  let found = 0;
  for (const { body, idAt } of parts) {
    for (const { index } of body.matchAll(/\/Kids\b|\/Type\s*\/Pages\b/g)) {
      const dict = dictAround(body, index);
      if (dict === 'endless' || ++found > MAX_FOUND) return undefined;
      // Forms and lists of names have /Kids of their own.
      if (dict && !/\/Count\b|\/Type\s*\/Pages\b/.test(dict.text)) continue;
      if (!dict && !body.startsWith('/Kids', index)) continue;
      const node = nodeIn(dict?.text ?? body.slice(index, index + NEAR));
      if (!node && dict) return undefined;
      if (!node) continue;
      const id = idAt(dict?.start ?? index);
      // A file that was saved again holds older states of its nodes, too: the largest counts.
      if (node.kids.length >= (nodes.get(id)?.kids.length ?? 0)) nodes.set(id, node);
    }
  }
  return nodes;
}

/** `undefined` where its list is elsewhere, or holds anything but references. */
function nodeIn(dict: string): Node | undefined {
  const list = /\/Kids\s*\[([^\]]*)\]/.exec(dict)?.[1];
  if (list === undefined ? dict.includes('/Kids') : list.replace(REFERENCE, '').trim() !== '') return undefined;
  return {
    count: Number(/\/Count\s{1,9}\+?(\d{1,10})(?!\d|\s{1,9}\d{1,5}\s{1,9}R\b)/.exec(dict)?.[1] ?? 0),
    kids: [...(list ?? '').matchAll(REFERENCE)].map(([, id]) => id ?? ''),
  };
}

const REFERENCE = /(?<!\d)(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R\b/g;

/** Each object once, also when the file was saved again. */
function leavesIn(parts: readonly PdfPart[]): number {
  const ids = new Set<string>();
  let found = 0;
  for (const { body, idAt } of parts) {
    for (const { index } of body.matchAll(/\/Type\s*\/Page\b/g)) {
      if (++found > MAX_FOUND) return found;
      const dict = dictAround(body, index);
      ids.add(idAt(typeof dict === 'object' ? dict.start : index));
    }
  }
  return ids.size;
}
