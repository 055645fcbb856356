/** Room of text: our sentences in Italian. Pure. */
import type { Sentences } from './what.ts';

export const it: Sentences = {
  apology: (reference) =>
    `Mi dispiace, non sono riuscito a rispondere. Riprovi tra un po’. Se succede ancora, indichi il riferimento ${reference}.`,
  empty: 'Mi dispiace, non ho una risposta. Può chiederlo in un altro modo?',
  notInDocuments: 'Non ho trovato nulla al riguardo nei nostri documenti. Può chiederlo in un altro modo?',
  noRoom: 'Mi dispiace, lo spazio è finito prima che potessi rispondere. Può chiedere meno cose alla volta?',
  tooManySteps:
    'Mi dispiace, non sono riuscito a finire in un numero ragionevole di passaggi. Può chiederne solo una parte?',
  cutShort: '_(La mia risposta si interrompe qui.)_',
  refusal: 'Mi dispiace, non posso aiutare con questo.',
  tooLong: (chars, maxChars) =>
    `Mi dispiace, questo messaggio è troppo lungo per me (${chars} caratteri su un massimo di ${maxChars}). Può accorciarlo o inviarlo in più parti?`,
  nothingSaid: 'Il messaggio è arrivato vuoto. Che cosa vorrebbe sapere?',
  unreadable:
    'Mi dispiace, non sono riuscito a leggere il messaggio: contiene quasi solo caratteri che non si possono mostrare. Può scriverlo di nuovo?',
  slowDown: (wait) =>
    `Sta scrivendo più in fretta di quanto io possa rispondere. Attenda ${wait} prima di scrivere di nuovo.`,
  userSpent: (wait) => `Per oggi le ho risposto tutto quello che potevo. Torni tra ${wait}.`,
  allSpent: (wait) => `Per oggi ho risposto a tutto quello che potevo. Torni tra ${wait}.`,
  blocked: 'Non posso più risponderle qui.',
  wasDone: (what) => `Questo è stato fatto: ${what}.`,
  notDone: (what) => `Questo non è stato fatto: ${what}.`,
  mayBeDone: (what) => `Non so se questo è stato fatto: ${what}. Verifichi prima di chiederlo di nuovo.`,
  handedOver: 'Ho chiesto al nostro team di occuparsi di questa conversazione. Qualcuno le scriverà.',
  nobodyYet:
    'Mi dispiace, nessuno del nostro team è ancora arrivato. Il suo messaggio non è stato dimenticato: qualcuno le scriverà.',
  teamBack: (when) => `Il nostro team torna: ${when}.`,
  notNow: 'Al momento non posso chattare qui. Riprovi tra un minuto.',
  signIn: 'Acceda per chattare qui.',
  yes: 'Sì',
  no: 'No',
};
