/** What esbuild's loader makes of a style sheet: its text. */
declare module '*.css' {
  const text: string;
  export default text;
}

/** Only the types of the webchat's sources lead there. */
declare module 'luxon';
