import { expect, it } from 'vitest';
import { openSpeech } from '../../../lib/bots/speech.ts';
import { speak } from '../../../lib/text/sentences.ts';

const speech = openSpeech([{ name: 'default' }, { name: 'berlin', language: 'de' }], { language: 'fr' });

it.each([
  ['the bot, whatever the user reads', { bot: 'berlin', speaker: { locale: 'ja-JP' } }, 'de'],
  ['the user, where the bot has none', { speaker: { locale: 'ja-JP' } }, 'ja'],
  ['the setting, where the user reads what we do not speak', { speaker: { locale: 'sv-SE' } }, 'fr'],
  ['the setting, where nobody says', { bot: 'default', speaker: {} }, 'fr'],
  ['the default bot, where the bot is gone', { bot: 'gone' }, 'fr'],
] as const)('the language is that of %s', (_whose, to, language) => {
  expect(speech(to).refusal).toBe(speak(language).refusal);
});
