/** Room of text: our sentences in English. Pure. */
import type { Sentences } from './what.ts';

export const en: Sentences = {
  apology: (reference) =>
    `Sorry, I could not answer this. Please try again in a while. If it keeps happening, mention reference ${reference}.`,
  empty: 'Sorry, I have no answer to that. Could you put it another way?',
  notInDocuments: 'I could not find that in our documents. Could you put it another way?',
  noRoom: 'Sorry, I ran out of room before I could answer. Could you ask for less at once?',
  tooManySteps: 'Sorry, I could not finish this in a reasonable number of steps. Could you ask for a part of it?',
  cutShort: '_(My answer was cut short here.)_',
  refusal: 'Sorry, I can’t help with that.',
  tooLong: (chars, maxChars) =>
    `Sorry, that message is too long for me (${chars}/${maxChars} characters). Could you shorten it or send it in parts?`,
  nothingSaid: 'Your message arrived empty. What would you like to know?',
  unreadable:
    'Sorry, I could not read that message: most of it is characters that cannot be shown. Could you type it again?',
  slowDown: (wait) => `You are writing faster than I can answer. Please wait ${wait}, then write again.`,
  userSpent: (wait) => `You have used up what I can answer for you today. Please come back in ${wait}.`,
  allSpent: (wait) => `I have answered as much as I can today. Please come back in ${wait}.`,
  blocked: 'I cannot answer you here any more.',
  wasDone: (what) => `This was done: ${what}.`,
  notDone: (what) => `This was not done: ${what}.`,
  mayBeDone: (what) => `I cannot tell whether this was done: ${what}. Please check before you ask for it again.`,
  handedOver: 'I have asked our team to take over here. Somebody will write to you.',
  nobodyYet: 'Sorry, nobody of our team has come yet. Your message is not forgotten: somebody will write to you.',
  teamBack: (when) => `Our team is back: ${when}.`,
  notNow: 'I cannot chat here right now. Please try again in a minute.',
  signIn: 'Please sign in to chat here.',
  yes: 'Yes',
  no: 'No',
};
