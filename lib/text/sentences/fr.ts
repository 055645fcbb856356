/** Room of text: our sentences in French, with the no-break spaces that it has before ? and : Pure. */
import type { Sentences } from './what.ts';

export const fr: Sentences = {
  apology: (reference) =>
    `Désolé, je n’ai pas pu répondre à ce message. Veuillez réessayer un peu plus tard. Si cela se reproduit, indiquez la référence ${reference}.`,
  empty: 'Désolé, je n’ai pas de réponse à cela. Pourriez-vous le formuler autrement ?',
  notInDocuments: 'Je n’ai rien trouvé à ce sujet dans nos documents. Pourriez-vous le formuler autrement ?',
  noRoom: 'Désolé, je n’ai pas eu assez de place pour répondre. Pourriez-vous demander moins de choses à la fois ?',
  tooManySteps:
    'Désolé, je n’ai pas pu terminer en un nombre raisonnable d’étapes. Pourriez-vous n’en demander qu’une partie ?',
  cutShort: '_(Ma réponse a été interrompue ici.)_',
  refusal: 'Désolé, je ne peux pas vous aider sur ce point.',
  tooLong: (chars, maxChars) =>
    `Désolé, ce message est trop long pour moi (${chars} caractères, ${maxChars} au maximum). Pourriez-vous le raccourcir ou l’envoyer en plusieurs parties ?`,
  nothingSaid: 'Votre message est arrivé vide. Que souhaitez-vous savoir ?',
  unreadable:
    'Désolé, je n’ai pas pu lire ce message : il contient surtout des caractères impossibles à afficher. Pourriez-vous le saisir à nouveau ?',
  slowDown: (wait) =>
    `Vous écrivez plus vite que je ne peux répondre. Veuillez patienter ${wait} avant d’écrire à nouveau.`,
  userSpent: (wait) => `J’ai répondu à tout ce que je pouvais pour vous aujourd’hui. Revenez dans ${wait}.`,
  allSpent: (wait) => `J’ai répondu à tout ce que je pouvais aujourd’hui. Revenez dans ${wait}.`,
  blocked: 'Je ne peux plus vous répondre ici.',
  wasDone: (what) => `Ceci a été fait : ${what}.`,
  notDone: (what) => `Ceci n’a pas été fait : ${what}.`,
  mayBeDone: (what) => `Je ne sais pas si ceci a été fait : ${what}. Veuillez vérifier avant de le redemander.`,
  handedOver: 'J’ai demandé à notre équipe de prendre le relais ici. Quelqu’un vous écrira.',
  nobodyYet:
    'Désolé, personne de notre équipe n’est encore venu. Votre message n’est pas oublié : quelqu’un vous écrira.',
  teamBack: (when) => `Notre équipe sera de retour : ${when}.`,
  notNow: 'Je ne peux pas discuter ici pour le moment. Veuillez réessayer dans une minute.',
  signIn: 'Veuillez vous connecter pour discuter ici.',
  yes: 'Oui',
  no: 'Non',
};
