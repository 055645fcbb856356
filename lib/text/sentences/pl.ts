/** Room of text: our sentences in Polish. A time stands behind a colon, since its case would change inside a sentence. Pure. */
import type { Sentences } from './what.ts';

export const pl: Sentences = {
  apology: (reference) =>
    `Przepraszam, nie udało mi się na to odpowiedzieć. Proszę spróbować ponownie za jakiś czas. Jeśli to się powtórzy, proszę podać numer referencyjny ${reference}.`,
  empty: 'Przepraszam, nie mam na to odpowiedzi. Czy można zapytać inaczej?',
  notInDocuments: 'Nie ma nic na ten temat w naszych dokumentach. Czy można zapytać inaczej?',
  noRoom: 'Przepraszam, zabrakło mi miejsca na odpowiedź. Czy można zapytać o mniej rzeczy naraz?',
  tooManySteps:
    'Przepraszam, nie udało mi się tego dokończyć w rozsądnej liczbie kroków. Czy można zapytać tylko o część?',
  cutShort: '_(W tym miejscu moja odpowiedź została przerwana.)_',
  refusal: 'Przepraszam, w tym nie mogę pomóc.',
  tooLong: (chars, maxChars) =>
    `Przepraszam, ta wiadomość jest dla mnie za długa (liczba znaków: ${chars}, limit: ${maxChars}). Czy można ją skrócić albo wysłać w częściach?`,
  nothingSaid: 'Wiadomość dotarła pusta. W czym mogę pomóc?',
  unreadable:
    'Przepraszam, nie udało mi się odczytać tej wiadomości: składa się głównie ze znaków, których nie da się wyświetlić. Czy można wpisać ją jeszcze raz?',
  slowDown: (wait) => `Wiadomości przychodzą szybciej, niż mogę odpowiadać. Proszę chwilę poczekać: ${wait}.`,
  userSpent: (wait) => `Na dziś to wszystko, na co mogę odpowiedzieć. Proszę wrócić później (pozostały czas: ${wait}).`,
  allSpent: (wait) =>
    `Dziś nie mogę już odpowiadać na kolejne pytania. Proszę wrócić później (pozostały czas: ${wait}).`,
  blocked: 'Nie mogę już tutaj odpowiadać na wiadomości od Państwa.',
  wasDone: (what) => `Wykonano: ${what}.`,
  notDone: (what) => `Nie wykonano: ${what}.`,
  mayBeDone: (what) => `Nie wiadomo, czy to wykonano: ${what}. Proszę to sprawdzić, zanim poprosi się o to ponownie.`,
  handedOver: 'Nasz zespół został poproszony o przejęcie tej rozmowy. Ktoś do Pana/Pani napisze.',
  nobodyYet:
    'Przepraszamy, nikt z naszego zespołu jeszcze się nie pojawił. Wiadomość nie została zapomniana: ktoś do Pana/Pani napisze.',
  teamBack: (when) => `Nasz zespół wraca: ${when}.`,
  notNow: 'W tej chwili nie mogę tu rozmawiać. Proszę spróbować ponownie za minutę.',
  signIn: 'Proszę się zalogować, aby tu rozmawiać.',
  yes: 'Tak',
  no: 'Nie',
};
