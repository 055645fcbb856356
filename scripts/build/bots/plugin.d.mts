/** The name of the file, beside the bundles, that has what the bots say, where it is apart from them. */
export const WORDS_FILE: string;
