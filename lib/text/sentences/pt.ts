/** Room of text: our sentences in Portuguese. Pure. */
import type { Sentences } from './what.ts';

export const pt: Sentences = {
  apology: (reference) =>
    `Desculpe, não consegui responder a esta mensagem. Tente novamente daqui a pouco. Se voltar a acontecer, mencione a referência ${reference}.`,
  empty: 'Desculpe, não tenho resposta para isso. Pode perguntar de outra forma?',
  notInDocuments: 'Não encontrei nada sobre isso nos nossos documentos. Pode perguntar de outra forma?',
  noRoom: 'Desculpe, fiquei sem espaço antes de conseguir responder. Pode pedir menos coisas de cada vez?',
  tooManySteps: 'Desculpe, não consegui terminar em um número razoável de passos. Pode pedir só uma parte?',
  cutShort: '_(A minha resposta foi cortada aqui.)_',
  refusal: 'Desculpe, não posso ajudar com isso.',
  tooLong: (chars, maxChars) =>
    `Desculpe, essa mensagem é longa demais para mim (${chars} de no máximo ${maxChars} caracteres). Pode encurtá-la ou enviá-la em partes?`,
  nothingSaid: 'A sua mensagem chegou vazia. O que gostaria de saber?',
  unreadable:
    'Desculpe, não consegui ler essa mensagem: quase tudo são caracteres que não podem ser mostrados. Pode escrevê-la outra vez?',
  slowDown: (wait) =>
    `As suas mensagens chegam mais rápido do que consigo responder. Aguarde ${wait} e escreva novamente.`,
  userSpent: (wait) => `Por hoje já respondi tudo o que posso. Volte daqui a ${wait}.`,
  allSpent: (wait) => `Por hoje já respondi a todas as perguntas que posso. Volte daqui a ${wait}.`,
  blocked: 'Já não posso responder-lhe aqui.',
  wasDone: (what) => `Isto foi feito: ${what}.`,
  notDone: (what) => `Isto não foi feito: ${what}.`,
  mayBeDone: (what) => `Não sei se isto foi feito: ${what}. Verifique antes de pedir de novo.`,
  handedOver: 'Pedi à nossa equipe que assuma esta conversa. Alguém vai lhe escrever.',
  nobodyYet: 'Desculpe, ninguém da nossa equipe veio ainda. A sua mensagem não foi esquecida: alguém vai lhe escrever.',
  teamBack: (when) => `A nossa equipe volta: ${when}.`,
  notNow: 'No momento não posso conversar aqui. Tente novamente em um minuto.',
  signIn: 'Entre na sua conta para conversar aqui.',
  yes: 'Sim',
  no: 'Não',
};
