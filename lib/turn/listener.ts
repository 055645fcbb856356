/** Stop 6: somebody who reads an answer while it grows. Pure. */
import type { AnswerStream, Source } from '../types.ts';

export interface Listener {
  onText(delta: string): void;
  /** Told of each source behind the text that is from it. */
  onSource?(source: Source): void;
  onTool(name: string): void;
  /** False where text that was shown stays shown. */
  isRetractable: boolean;
  /** What was shown no longer counts: another try begins anew. */
  onRetract?(): void;
}

/** The reader of a platform's preview. */
export function readerOf(preview: AnswerStream): Listener {
  return {
    onText: preview.delta,
    onTool: () => {},
    isRetractable: true,
    onRetract: () => void preview.abort(),
  };
}
