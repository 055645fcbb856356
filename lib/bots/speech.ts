/** Room of bots: the language in which somebody is spoken to where a sentence is ours and not Claude’s. Pure. */
import { type Language, languageOfLocale } from '../text/languages.ts';
import { type Speech, speak } from '../text/sentences.ts';
import { type BotIdentity, botNamed } from './identity.ts';

/** Who is spoken to, and by which bot; the default one without a name. */
export interface Addressee {
  bot?: string | undefined;
  speaker?: { locale?: string };
}

export type SpeechFor = (to: Addressee) => Speech;

/** The bot’s own language where it has one, else the user’s as their platform tells it, else `language`. */
export function openSpeech(
  bots: readonly [Spoken, ...Spoken[]],
  { language }: { readonly language: Language },
): SpeechFor {
  return ({ bot, speaker }) => speak(botNamed(bots, bot).language ?? languageOfLocale(speaker?.locale) ?? language);
}

type Spoken = Pick<BotIdentity, 'name' | 'language'>;
