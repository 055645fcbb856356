/** Room of text: the only sentences a chat user ever sees from us, in each of our languages. Pure. */
import type { Language } from './languages.ts';
import { ar } from './sentences/ar.ts';
import { de } from './sentences/de.ts';
import { en } from './sentences/en.ts';
import { es } from './sentences/es.ts';
import { fr } from './sentences/fr.ts';
import { it } from './sentences/it.ts';
import { ja } from './sentences/ja.ts';
import { nl } from './sentences/nl.ts';
import { pl } from './sentences/pl.ts';
import { pt } from './sentences/pt.ts';
import { tr } from './sentences/tr.ts';
import type { Sentences } from './sentences/what.ts';
import { zh } from './sentences/zh.ts';

const ALL: Readonly<Record<Language, Sentences>> = { en, de, fr, es, pt, it, nl, pl, tr, ja, zh, ar };

export type Speech = ReturnType<typeof speak>;

/** Our sentences in one language, with numbers and times as its readers write them. */
export function speak(language: Language) {
  const said = ALL[language];
  const number = (value: number) => new Intl.NumberFormat(language).format(value);
  const time = (count: number, unit: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  const duration = (seconds: number) =>
    seconds < 5400 ? time(Math.ceil(seconds / 60), 'minute') : time(Math.ceil(seconds / 3600), 'hour');
  const list = (words: readonly string[]) => new Intl.ListFormat(language).format(words);
  const moment = (at: number, timeZone: string) =>
    new Intl.DateTimeFormat(language, {
      ...{ weekday: 'long', hour: '2-digit', minute: '2-digit', timeZoneName: 'short', timeZone },
    }).format(at);
  return {
    ...said,
    teamBack: ({ at, zone }: { at: number; zone: string }) => said.teamBack(moment(at, zone)),
    tooLong: (chars: number, maxChars: number) => said.tooLong(number(chars), number(maxChars)),
    slowDown: (waitSeconds: number) => said.slowDown(time(waitSeconds, 'second')),
    userSpent: (waitSeconds: number) => said.userSpent(duration(waitSeconds)),
    allSpent: (waitSeconds: number) => said.allSpent(duration(waitSeconds)),
    wasDone: (what: readonly string[]) => said.wasDone(list(what)),
    notDone: (what: readonly string[]) => said.notDone(list(what)),
    mayBeDone: (what: readonly string[]) => said.mayBeDone(list(what)),
  };
}
