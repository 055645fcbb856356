/** Stop 7. Words of one look, on their way from Markdown to TalkJS markup. Pure. */

export interface Style {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
}

export interface Run {
  text: string;
  style: Style;
  /** Finished markup, not to be touched. */
  isDone?: boolean;
}
