/** Room of text: our sentences in German. Pure. */
import type { Sentences } from './what.ts';

export const de: Sentences = {
  apology: (reference) =>
    `Das konnte ich leider nicht beantworten. Bitte versuchen Sie es später noch einmal. Falls es wieder passiert, nennen Sie bitte die Referenz ${reference}.`,
  empty: 'Darauf habe ich leider keine Antwort. Können Sie es anders formulieren?',
  notInDocuments: 'Dazu habe ich in unseren Unterlagen nichts gefunden. Können Sie es anders formulieren?',
  noRoom: 'Der Platz hat für die Antwort leider nicht gereicht. Können Sie weniger auf einmal fragen?',
  tooManySteps: 'Das hat leider zu viele Schritte gebraucht. Können Sie erst nach einem Teil davon fragen?',
  cutShort: '_(Hier musste ich meine Antwort abbrechen.)_',
  refusal: 'Dabei kann ich leider nicht helfen.',
  tooLong: (chars, maxChars) =>
    `Diese Nachricht ist mir leider zu lang (${chars} von höchstens ${maxChars} Zeichen). Können Sie sie kürzen oder in Teilen senden?`,
  nothingSaid: 'Ihre Nachricht ist leer angekommen. Was möchten Sie wissen?',
  unreadable:
    'Diese Nachricht konnte ich leider nicht lesen: Sie besteht fast nur aus Zeichen, die sich nicht anzeigen lassen. Können Sie sie noch einmal eingeben?',
  slowDown: (wait) =>
    `Sie schreiben schneller, als ich antworten kann. Bitte warten Sie ${wait} und schreiben Sie dann weiter.`,
  userSpent: (wait) => `Mehr kann ich Ihnen heute leider nicht beantworten. In ${wait} bin ich wieder für Sie da.`,
  allSpent: (wait) => `Mehr Fragen kann ich heute leider nicht beantworten. In ${wait} bin ich wieder da.`,
  blocked: 'Ich kann Ihnen hier nicht mehr antworten.',
  wasDone: (what) => `Das wurde ausgeführt: ${what}.`,
  notDone: (what) => `Das wurde nicht ausgeführt: ${what}.`,
  mayBeDone: (what) =>
    `Ob das ausgeführt wurde, ist nicht bekannt: ${what}. Bitte prüfen Sie es, bevor Sie noch einmal darum bitten.`,
  handedOver: 'Ich habe unser Team gebeten, hier zu übernehmen. Es wird sich jemand bei Ihnen melden.',
  nobodyYet:
    'Leider war von unserem Team noch niemand hier. Ihre Nachricht ist nicht vergessen: Es wird sich jemand bei Ihnen melden.',
  teamBack: (when) => `Unser Team ist wieder da: ${when}.`,
  notNow: 'Im Augenblick kann ich hier nicht chatten. Bitte versuchen Sie es in einer Minute noch einmal.',
  signIn: 'Bitte melden Sie sich an, um hier zu chatten.',
  yes: 'Ja',
  no: 'Nein',
};
