/** Room of text: the languages in which we speak and search. Pure. */

export const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'tr', 'ja', 'zh', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];
