/** The build's reading of documents: what a reader of one kind of file gives, and how it says that it cannot. */

export interface Read {
  markdown: string;
  title?: string | undefined;
  /** A language tag (BCP 47). */
  language?: string | undefined;
  /** The page's own word for its public address. */
  address?: string | undefined;
  /** It is not to be read. */
  isIgnored?: boolean;
}

/** Its message is the reason, for a person to read. */
export class Unreadable extends Error {}
