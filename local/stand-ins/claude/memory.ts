/** Offline Claude: what it can tell of earlier messages. It knows nothing but the conversation it was sent. */
import type { Conversation } from './conversation.ts';

const maxQuote = 200;

/** The answer to a question about what was said, or undefined when it is not one. */
export function recall(conversation: Conversation): string | undefined {
  const question = conversation.said.join('\n');
  const { before } = conversation;
  if (
    /\bwhat did (?:i|we) (?:say|tell you|write|ask)(?: you)? first\b|\bmy first (?:message|question)\b/i.test(question)
  ) {
    return before[0] === undefined ? 'This is the first thing you say to me.' : `First you said: ${quote(before[0])}`;
  }
  if (
    /\bwhat did i (?:just |last )?(?:say|tell you|write|ask)\b|\bmy (?:last|previous) (?:message|question)\b/i.test(
      question,
    )
  ) {
    const last = before.at(-1);
    return last === undefined ? 'You have not said anything before.' : `Before that you said: ${quote(last)}`;
  }
  const fact = askedFact(question);
  if (fact === undefined) return undefined;
  const value = toldFact(conversation.told, fact.name);
  if (value !== undefined) return fact.isMine ? `Your ${fact.name} is ${value}.` : `The ${fact.name} is ${value}.`;
  return fact.isMine ? `You have not told me your ${fact.name}.` : undefined;
}

/** The user's name as told anywhere in the conversation. */
export function userName(conversation: Conversation): string | undefined {
  return toldFact(conversation.told, 'name');
}

/** A quotation that stays short. */
export function quote(text: string): string {
  const characters = [...text.trim()];
  return `“${characters.slice(0, maxQuote).join('')}${characters.length > maxQuote ? '…' : ''}”`;
}

function askedFact(question: string): { name: string; isMine: boolean } | undefined {
  if (/\bwho am i\b|\bwhat am i called\b|\bmy name\s*\?|\bcall me\s*\?/i.test(question))
    return { name: 'name', isMine: true };
  const asked =
    /\b(?:what(?:'s|’s| is| was| are)|which is|tell me|remember|recall|do you know)\s+(my|the|our)\s+([\p{L}][\p{L}\d' -]{0,40}?)\s*(?:\?|$|\bagain\b|\bplease\b)/iu.exec(
      question,
    );
  const [, owner = '', name = ''] = asked ?? [];
  // “Remember: my name is Ada” tells something, it does not ask.
  if (/\b(?:is|was|are)\b/i.test(name)) return undefined;
  return asked ? { name: name.toLowerCase(), isMine: owner.toLowerCase() === 'my' } : undefined;
}

// The latest statement wins, as it would with the real one.
function toldFact(told: readonly string[], name: string): string | undefined {
  const escaped = name.replace(/[^\p{L}\d ]/gu, '.');
  const value = '((?:[^\\n.,;!?“”"<>]|[.,](?=\\S))+)';
  const statements = [`\\b(?:my|the|our|user(?:'|’)?s|their)\\s+${escaped}\\s+(?:is|was|=|:)\\s*${value}`];
  if (name === 'name')
    statements.push(`\\b(?:call me|i am called|user is (?:called|named)|user name:|name:)\\s*${value}`);
  const pattern = new RegExp(statements.join('|'), 'giu');
  const found = told.flatMap((text) => [...withoutQuestions(text).matchAll(pattern)]);
  const last = found.at(-1);
  return last
    ?.slice(1)
    .find((group) => group !== undefined)
    ?.split(/\s+(?:and|but)\s+/i)[0]
    ?.trim();
}

function withoutQuestions(text: string): string {
  return text.replace(/(?<![^.!?\n])[^.!?\n]*\?/g, '');
}
