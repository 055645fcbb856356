/** Room of text: our sentences in Spanish. Pure. */
import type { Sentences } from './what.ts';

export const es: Sentences = {
  apology: (reference) =>
    `Lo siento, no he podido responder a este mensaje. Inténtelo de nuevo dentro de un rato. Si vuelve a ocurrir, mencione la referencia ${reference}.`,
  empty: 'Lo siento, no tengo respuesta para eso. ¿Podría preguntarlo de otra manera?',
  notInDocuments: 'No he encontrado nada sobre eso en nuestros documentos. ¿Podría preguntarlo de otra manera?',
  noRoom: 'Lo siento, me he quedado sin espacio antes de poder responder. ¿Podría pedir menos cosas a la vez?',
  tooManySteps: 'Lo siento, no he podido terminarlo en un número razonable de pasos. ¿Podría pedir solo una parte?',
  cutShort: '_(Mi respuesta se ha cortado aquí.)_',
  refusal: 'Lo siento, no puedo ayudar con eso.',
  tooLong: (chars, maxChars) =>
    `Lo siento, ese mensaje es demasiado largo para mí (${chars} caracteres de un máximo de ${maxChars}). ¿Podría acortarlo o enviarlo por partes?`,
  nothingSaid: 'Su mensaje ha llegado vacío. ¿Qué le gustaría saber?',
  unreadable:
    'Lo siento, no he podido leer ese mensaje: casi todo son caracteres que no se pueden mostrar. ¿Podría escribirlo otra vez?',
  slowDown: (wait) => `Escribe más rápido de lo que puedo responder. Espere ${wait} y vuelva a escribir.`,
  userSpent: (wait) => `Por hoy ya le he respondido todo lo que puedo. Vuelva dentro de ${wait}.`,
  allSpent: (wait) => `Por hoy ya he respondido todo lo que puedo. Vuelva dentro de ${wait}.`,
  blocked: 'Ya no puedo responderle aquí.',
  wasDone: (what) => `Esto se ha hecho: ${what}.`,
  notDone: (what) => `Esto no se ha hecho: ${what}.`,
  mayBeDone: (what) => `No sé si esto se ha hecho: ${what}. Compruébelo antes de volver a pedirlo.`,
  handedOver: 'He pedido a nuestro equipo que se encargue de esto. Alguien le escribirá.',
  nobodyYet:
    'Lo siento, todavía no ha venido nadie de nuestro equipo. Su mensaje no se ha olvidado: alguien le escribirá.',
  teamBack: (when) => `Nuestro equipo vuelve: ${when}.`,
  notNow: 'Ahora mismo no puedo chatear aquí. Inténtelo de nuevo en un minuto.',
  signIn: 'Inicie sesión para chatear aquí.',
  yes: 'Sí',
  no: 'No',
};
