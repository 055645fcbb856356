/** Room of TalkJS: its manifest. */
declare module '../../types.ts' {
  interface Platforms {
    talkjs: true;
  }
}

export { talkjsPlatform as outbound } from './deliver.ts';
export { talkjsDialect as dialect } from './dialect.ts';
export { operator } from './operator.ts';
export { settings } from './settings.ts';
