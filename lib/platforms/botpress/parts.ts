/** Stop 7. An answer as the messages it becomes, each with an id that is the same for every attempt. */
import { marked } from 'marked';
import { split } from '../../text/split.ts';
import { numbered } from '../kit/numbered.ts';

export interface Part {
  /** Travels as `metadata.replyId`: Botpress knows no idempotency key, and this is how an earlier attempt is recognised. */
  replyId: string;
  markdown: string;
}

/** Botpress documents no length, only 1 MB for a request; an answer of Claude's default length stays one message. */
const maxChars = 8_000;

/** The messages of an answer in their order: `replyKey`, `replyKey:2`, `replyKey:3` …; at least one, whatever the text. */
export function toParts(markdown: string, replyKey: string, sentenceForNothing: string): Part[] {
  const parts = split(keepHarmless(markdown), maxChars);
  const shown = parts.length > 0 ? parts : [sentenceForNothing];
  return numbered(replyKey, shown).map(({ key, part }) => ({ replyId: key, markdown: part }));
}

/** Breaks a marker without being seen. */
const joiner = '\u2060';
const tagStart = /<(?=[a-z/!?])(?!https?:|mailto:)/gi;

/**
 * Pictures in the text become links, and HTML shows as it stands: a picture is fetched as soon as it is seen, and a model that was
 * talked into it could tell a stranger's server by its URL what the conversation holds. Code is left alone.
 */
export function keepHarmless(markdown: string): string {
  let rest = markdown;
  let safe = '';
  for (const code of codeIn(markdown)) {
    const at = rest.indexOf(code);
    if (at === -1) continue;
    safe += disarm(rest.slice(0, at)) + code;
    rest = rest.slice(at + code.length);
  }
  return safe + disarm(rest);
}

function disarm(text: string): string {
  return text.replaceAll('![', `${joiner}[`).replace(tagStart, '&lt;');
}

function codeIn(markdown: string): string[] {
  const code: string[] = [];
  marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type === 'code' || token.type === 'codespan') code.push(token.raw);
  });
  return code;
}
