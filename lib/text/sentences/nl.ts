/** Room of text: our sentences in Dutch. Pure. */
import type { Sentences } from './what.ts';

export const nl: Sentences = {
  apology: (reference) =>
    `Sorry, hier kon ik geen antwoord op geven. Probeer het straks nog eens. Gebeurt het opnieuw, noem dan referentie ${reference}.`,
  empty: 'Sorry, daar heb ik geen antwoord op. Kunt u het anders vragen?',
  notInDocuments: 'Daar heb ik niets over gevonden in onze documenten. Kunt u het anders vragen?',
  noRoom: 'Sorry, ik had niet genoeg ruimte om te antwoorden. Kunt u minder tegelijk vragen?',
  tooManySteps:
    'Sorry, ik kon dit niet in een redelijk aantal stappen afmaken. Kunt u eerst naar een deel ervan vragen?',
  cutShort: '_(Mijn antwoord is hier afgebroken.)_',
  refusal: 'Sorry, daarmee kan ik niet helpen.',
  tooLong: (chars, maxChars) =>
    `Sorry, dat bericht is te lang voor mij (${chars} van maximaal ${maxChars} tekens). Kunt u het inkorten of in delen sturen?`,
  nothingSaid: 'Uw bericht kwam leeg aan. Wat wilt u weten?',
  unreadable:
    'Sorry, dat bericht kon ik niet lezen: het bestaat vooral uit tekens die niet getoond kunnen worden. Kunt u het opnieuw typen?',
  slowDown: (wait) => `U schrijft sneller dan ik kan antwoorden. Wacht ${wait} en schrijf dan verder.`,
  userSpent: (wait) => `Meer kan ik vandaag niet voor u beantwoorden. Kom over ${wait} terug.`,
  allSpent: (wait) => `Meer vragen kan ik vandaag niet beantwoorden. Kom over ${wait} terug.`,
  blocked: 'Ik kan u hier niet meer antwoorden.',
  wasDone: (what) => `Dit is gedaan: ${what}.`,
  notDone: (what) => `Dit is niet gedaan: ${what}.`,
  mayBeDone: (what) => `Ik weet niet of dit is gedaan: ${what}. Controleer het voordat u er opnieuw om vraagt.`,
  handedOver: 'Ik heb ons team gevraagd het hier over te nemen. Iemand zal u schrijven.',
  nobodyYet: 'Sorry, er is nog niemand van ons team geweest. Uw bericht is niet vergeten: iemand zal u schrijven.',
  teamBack: (when) => `Ons team is er weer: ${when}.`,
  notNow: 'Op dit moment kan ik hier niet chatten. Probeer het over een minuut opnieuw.',
  signIn: 'Meld u aan om hier te chatten.',
  yes: 'Ja',
  no: 'Nee',
};
