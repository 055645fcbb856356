/** Offline Claude: what of a request can be cited, in the pieces in which the API cites it. */
import type { Block, FileBlock, MessagesRequest, SearchResult } from './shape.ts';

/** A citation as the API writes it. */
export type Citation = { type: string; cited_text: string } & Record<string, unknown>;

/** The smallest thing that is cited. */
export interface Citable {
  text: string;
  citation: Citation;
}

/** A document or a search result with its pieces. */
export interface CitableSource {
  title: string;
  pieces: Citable[];
}

/** Everything with citations switched on, in the order of the prompt; documents and search results are numbered apart, over all messages. */
export function citableIn({ messages }: Pick<MessagesRequest, 'messages'>): CitableSource[] {
  let documents = 0;
  let results = 0;
  const sourceOf = (block: Block | SearchResult): CitableSource[] => {
    if (block.type === 'tool_result') return (block.content ?? []).flatMap(sourceOf);
    if (block.type === 'search_result') return ofResult(block, results++);
    return block.type === 'document' ? ofDocument(block, documents++) : [];
  };
  return messages.flatMap(({ content }) => [...content].flatMap(sourceOf));
}

function ofResult({ source, title, content, citations }: SearchResult, index: number): CitableSource[] {
  if (!citations?.enabled) return [];
  const pieces = content.map(({ text }, i) => ({
    text,
    citation: {
      type: 'search_result_location',
      cited_text: text,
      source,
      title,
      search_result_index: index,
      start_block_index: i,
      end_block_index: i + 1,
    },
  }));
  return [{ title, pieces }];
}

function ofDocument(block: FileBlock & { type: 'document' }, index: number): CitableSource[] {
  if (!block.citations?.enabled) return [];
  const { source } = block;
  const head = { document_index: index, document_title: block.title ?? null, file_id: null };
  const title = block.title ?? '';
  if (source.type === 'text') {
    const pieces = sentencesOf(source.data).map(({ text, at }) => ({
      text,
      citation: {
        ...{ type: 'char_location', cited_text: text, ...head },
        ...{ start_char_index: at, end_char_index: at + text.length },
      },
    }));
    return [{ title, pieces }];
  }
  if (source.type === 'content') {
    const pieces = source.content.flatMap((part, i): Citable[] => {
      if (part.type !== 'text') return [];
      const range = { start_block_index: i, end_block_index: i + 1 };
      return [
        { text: part.text, citation: { type: 'content_block_location', cited_text: part.text, ...head, ...range } },
      ];
    });
    return [{ title, pieces }];
  }
  if (source.type !== 'base64') return [];
  const pieces = pagesOf(source.data).map((text, i) => {
    const range = { start_page_number: i + 1, end_page_number: i + 2 };
    return { text, citation: { type: 'page_location', cited_text: text, ...head, ...range } };
  });
  return [{ title, pieces: pieces.filter(({ text }) => text !== '') }];
}

function sentencesOf(text: string): { text: string; at: number }[] {
  return [...text.matchAll(/[^.!?\n]+[.!?]*\s*/g)].map(({ 0: sentence, index }) => ({ text: sentence, at: index }));
}

/** The words of a PDF that has not packed them; another one has no text here. */
function pagesOf(base64: string): string[] {
  const streams = Buffer.from(base64, 'base64')
    .toString('latin1')
    .match(/\bstream\r?\n[\s\S]*?endstream/g);
  return (streams ?? []).map((stream) =>
    [...stream.matchAll(/\(([^()]*)\)\s*Tj/g)].map(([, words]) => words).join(' '),
  );
}
