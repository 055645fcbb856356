/** Room of knowledge: what a folder of documents becomes at build time, and what a search gives. Pure. */
import type { Language } from '../text/languages.ts';

/** A section of a document, or a part of one: what is found, shown to Claude, and cited. */
export interface Chunk {
  /** Stays the same while its file, headings and place among equal headings do. */
  id: string;
  /** Path below the bot's `knowledge/`, with forward slashes. */
  file: string;
  title: string;
  /** From outermost to innermost; the document's title is not among them. */
  headings: string[];
  /** The public address, where there is one. Ours, never a model's. */
  url?: string;
  /** Markdown, at most about 1,200 characters unless one table or code block is longer. */
  text: string;
  language: Language;
  /** Parts of one section share it; they follow each other in the list. */
  section: string;
}

/** What a bot knows, as the build leaves it. */
export interface Knowledge {
  /** Of this format and of the way in which text becomes terms: what was built for another version is not read. */
  version: number;
  chunks: Chunk[];
}

/** With the index over its chunks. */
export interface IndexedKnowledge extends Knowledge {
  languages: Language[];
  /** MiniSearch's own JSON. */
  index: string;
}

/** What is known of a bot's documents before they are loaded, and how they are. */
export interface Documents {
  /** `inline`: all of them stand in every prompt. `search`: Claude looks into them with a tool. */
  mode: 'inline' | 'search';
  /** Of all of them in a prompt, by estimate. */
  tokens: number;
  /** Of the documents, in the order of their files. */
  titles: readonly string[];
  languages: readonly Language[];
  /** With an index where `mode` says search. */
  load(): Promise<Knowledge | IndexedKnowledge>;
}

export const KNOWLEDGE_VERSION = 2;

/** The API's own figure for English, from below for every other language. */
const BYTES_PER_TOKEN = 2.5;
/** What a block brings along beside its words. */
const FRAME_TOKENS = 20;

/** What a chunk costs in a prompt, by estimate, with its title and headings. */
export function tokensOf({ title, headings, text }: Pick<Chunk, 'title' | 'headings' | 'text'>): number {
  const bytes = Buffer.byteLength([title, ...headings, text].join(' '));
  return Math.ceil(bytes / BYTES_PER_TOKEN) + FRAME_TOKENS;
}
