/** Stop 7. The live links of one message, kept apart from its text until all text has been made harmless. */
import { neutralize, toWords } from './neutralize.ts';

/** Noncharacters, which no text has a use for, stand for a link until the end. */
const open = '\uFDD0';
const close = '\uFDD1';
const marks = /[\uFDD0\uFDD1]/g;
const placeholders = /\uFDD0(\d+)\uFDD1/g;

export interface Links {
  /** A stand-in for a link, or nothing when the target is none that TalkJS may open. `wrap` styles the label. */
  add(target: string, label: string, wrap?: (label: string) => string): string | undefined;
  /** The finished message: everything but the links is neutralised first. */
  restore(text: string): string;
}

/** Keeps the links of a text aside while it is made harmless, so that only ours become live. */
export function keepLinks(): Links {
  const links: string[] = [];
  return {
    add(target, label, wrap = (text) => text) {
      const url = toLinkTarget(target);
      if (url === undefined) return undefined;
      const words = label.trim() === '' ? url : label;
      links.push(`<${url}|${wrap(toLabel(words))}>`);
      return `${open}${links.length - 1}${close}`;
    },
    restore: (text) => neutralize(text).replace(placeholders, (_, index: string) => links[Number(index)] ?? ''),
  };
}

/** Text that cannot pass for a stand-in, nor hold control characters. */
export function withoutMarks(text: string): string {
  return text.replace(marks, '\uFFFD').replace(/(?![\n\r\t])\p{Cc}/gu, '');
}

/** True where a text run ends with, or begins with, a stand-in. */
export function touchesLink(character: string): boolean {
  return character === open || character === close;
}

/** TalkJS links only absolute http, https and mailto addresses; what would end the address early is percent-encoded. */
function toLinkTarget(target: string): string | undefined {
  const isAllowed = /^(?:https?:\/\/[^/\s]|mailto:[^\s])/i.test(target) && URL.canParse(target);
  if (!isAllowed) return undefined;
  return Buffer.from(target, 'utf8')
    .toString('utf8')
    .replace(/[\s|<>"`\\^\p{Cc}\p{Cf}]/gu, (character) => encodeURIComponent(character));
}

function toLabel(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim().replaceAll('|', '¦').replaceAll('<', '‹').replaceAll('>', '›');
  return toWords(flat);
}
