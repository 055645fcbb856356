/** Our sentences in English, for tests that are not about languages. */
import { speak } from '../../lib/text/sentences.ts';

export const english = speak('en');

export const inEnglish = () => english;
