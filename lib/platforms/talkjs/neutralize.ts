/** Stop 7. What the model wrote, with everything that TalkJS would take for markup made to show as it stands. */

/** Breaks a marker without being seen: TalkJS takes it neither for a space nor for punctuation. */
export const joiner = '\u2060';

const ignorable = '\\p{Cf}*';
const liveWords = ['http', 'mailto', 'actionlink', 'actionbutton', '!!'].map((word) => [...word].join(ignorable));
/** `<` before what makes it live in a message sent through REST, also with invisible characters in between. */
const liveStart = new RegExp(`<(?=${ignorable}(?:${liveWords.join('|')}))`, 'giu');

/** A marker where TalkJS would start bold, italic or struck text: after a space or punctuation, before no space. */
const openingMarker = /(?<=^|[\s\p{P}\p{S}])(?=[*_~](?:\S|$))/gmu;
const bulletStart = /^([ \t]*)(?=[-*+][^\S\n]+\S)/gm;
const tripleBackticks = /`(?=``)/g;

/** Takes away what makes `<…|…>` render. Meant for finished text, where decoding and joining have already happened. */
export function neutralize(text: string): string {
  return text.replace(liveStart, '‹');
}

/** Words inside a line: no emphasis and no code by accident. TalkJS has no escape character. */
export function toWords(text: string): string {
  return text.replace(tripleBackticks, `\`${joiner}`).replace(openingMarker, joiner);
}

/** Whole lines: what begins one is no bullet unless a list made it. */
export function keepFromBullets(lines: string): string {
  return lines.replace(bulletStart, `$1${joiner}`);
}

/** Code in the only form TalkJS has; it looks for bullets before it looks for code, so code must not look like bullets. */
export function toCode(code: string): string {
  if (code.trim() === '') return '';
  const safe = keepFromBullets(code.replace(tripleBackticks, `\`${joiner}`));
  return `\`\`\`${safe}${safe.endsWith('`') ? joiner : ''}\`\`\``;
}
