/** Stop 7. Cuts Markdown into parts that fit a platform's messages, where a reader would cut it. */

/** A fence is reopened only where opening and closing it leave most of the part to the code. */
const maxShareOfFences = 0.25;
/** A cut at a paragraph is preferred while it leaves the part at least this full; earlier cuts make needless messages. */
const minFill = 0.3;

interface Fence {
  /** The line that opens it. */
  line: string;
  startsAt: number;
  closer: RegExp;
}

interface Cut {
  at: number;
  /** The line that opened the code block around the cut. */
  fence?: string;
}

/**
 * Parts of at most `maxChars` UTF-16 units (at least 2), together the whole text. A code block longer than a part is closed and
 * opened again with its language; blank lines at a cut are dropped, nothing else. Blank text gives no part.
 */
export function split(markdown: string, maxChars: number): string[] {
  const max = Math.max(2, Math.floor(maxChars));
  const parts: string[] = [];
  let rest = trimBlankLines(markdown.replaceAll('\r\n', '\n'));
  while (rest.length > max) {
    const { at, fence } = findCut(rest, max);
    const head = rest.slice(0, at);
    const tail = rest.slice(at);
    if (fence === undefined) {
      parts.push(trimBlankLines(head));
      rest = trimBlankLines(tail);
    } else {
      parts.push(`${head}${head.endsWith('\n') ? '' : '\n'}${closing(fence)}`);
      rest = `${fence}\n${tail}`;
    }
  }
  parts.push(rest);
  return parts.filter((part) => part.trim() !== '');
}

/** The best place for a cut in the first `max` characters: after a paragraph, a line, inside a code block, a sentence, a word. */
function findCut(text: string, max: number): Cut {
  let fence: Fence | undefined;
  let paragraph = 0;
  let line = 0;
  let codeLine = 0;
  let at = 0;
  while (at <= max) {
    const end = text.indexOf('\n', at);
    const next = end === -1 ? text.length : end + 1;
    const content = text.slice(at, end === -1 ? text.length : end);
    const roomForClosing = fence ? closing(fence.line).length + 1 : 0;
    if (!fence && at > 0) {
      line = at;
      if (content.trim() === '' || isFence(content)) paragraph = at;
    } else if (fence && at + roomForClosing <= max && at > codeStart(fence) && !fence.closer.test(content)) {
      codeLine = at;
    }
    if (fence?.closer.test(content) && at + content.length <= max) {
      fence = undefined;
      // Right behind a code block is as good as behind a paragraph.
      paragraph = Math.min(next, max);
    } else if (!fence) fence = openFence(content, at, max);
    if (end === -1 || next > max) break;
    at = next;
  }
  return choose(text, max, { paragraph, line, codeLine, fence });
}

function choose(
  text: string,
  max: number,
  seen: { paragraph: number; line: number; codeLine: number; fence: Fence | undefined },
): Cut {
  const { paragraph, line, codeLine, fence } = seen;
  const enough = max * minFill;
  if (paragraph >= enough) return { at: paragraph };
  if (line >= enough) return { at: line };
  if (fence) {
    const isWholeInNextPart = fence.closer.test(text.slice(codeStart(fence), fence.startsAt + max));
    if (fence.startsAt > 0 && isWholeInNextPart) return { at: fence.startsAt };
    if (codeLine > fence.startsAt) return { at: codeLine, fence: fence.line };
    const hard = soundCut(text, max - closing(fence.line).length - 1);
    if (hard > codeStart(fence)) return { at: hard, fence: fence.line };
    if (fence.startsAt > 0) return { at: fence.startsAt };
  }
  if (paragraph > 0 || line > 0) return { at: Math.max(paragraph, line) };
  return { at: findPause(text, max) };
}

/** Behind the last sentence, else the last word, else wherever no character is torn apart. */
function findPause(text: string, max: number): number {
  const head = text.slice(0, max);
  const sentence = Math.max(
    ...[...head.matchAll(/[.!?。！？…]["'”’)]*\s/g)].map((end) => end.index + end[0].length),
    0,
  );
  if (sentence >= max * minFill) return sentence;
  const word = head.search(/\s\S*$/) + 1;
  return word >= max * minFill ? word : soundCut(text, max);
}

function soundCut(text: string, at: number): number {
  const isTorn = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));
  return isTorn ? at - 1 : at;
}

const fenceShape = /^([ \t]*)(`{3,}|~{3,})([^`]*)$/;

function isFence(line: string): boolean {
  return fenceShape.test(line);
}

function openFence(content: string, startsAt: number, max: number): Fence | undefined {
  const [, , marks] = fenceShape.exec(content) ?? [];
  if (marks === undefined || 2 * content.length > max * maxShareOfFences) return undefined;
  const closer = new RegExp(`^[ \\t]*${marks[0] === '~' ? '~' : '`'}{${marks.length},}[ \\t]*$`, 'm');
  return { line: content, startsAt, closer };
}

function codeStart({ line, startsAt }: Fence): number {
  return startsAt + line.length + 1;
}

function closing(fence: string): string {
  const [, indent = '', marks = ''] = fenceShape.exec(fence) ?? [];
  return indent + marks;
}

function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}
