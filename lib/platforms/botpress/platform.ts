/** Room of Botpress: its manifest. */
declare module '../../types.ts' {
  interface Platforms {
    botpress: true;
  }
}

export { botpressPlatform as outbound } from './deliver.ts';
export { botpressDialect as dialect } from './dialect.ts';
export { operator } from './operator.ts';
export { settings } from './settings.ts';
