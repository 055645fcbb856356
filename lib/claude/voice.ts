/** Stop 6. What Claude says in the calls of one turn, as the one text it becomes, and the same for somebody who reads along. Pure. */

/** What stands between what two calls of a turn say. */
export const PARAGRAPH = '\n\n';

export interface Voice {
  /** Another call begins. */
  begin(): void;
  /** What the call that has just begun says counts no more. */
  retract(): void;
  text(delta: string): void;
  /** Whether the call that has just begun has said something. */
  isHeard(): boolean;
}

/** Tells `onText` pieces that are, together, the parts without blank space at their ends and a paragraph between any two of them. */
export function openVoice(onText: (delta: string) => void): Voice {
  let hasSaid = false;
  let isHeard = false;
  /** Blank space that goes out once something follows it. */
  let waiting = '';
  return {
    begin() {
      hasSaid ||= isHeard;
      isHeard = false;
      waiting = '';
    },
    retract() {
      isHeard = false;
      waiting = '';
    },
    text(delta) {
      const text = isHeard ? waiting + delta : delta.trimStart();
      const visible = text.trimEnd();
      waiting = text.slice(visible.length);
      if (visible === '') return;
      onText(hasSaid && !isHeard ? PARAGRAPH + visible : visible);
      isHeard = true;
    },
    isHeard: () => isHeard,
  };
}
